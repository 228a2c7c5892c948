"""The console: what is held, decided, due and alerted, for people in a browser. It writes nothing but events."""
