"""Kill workers, restart the broker, take the store away, and count what is lost: `python -m tools.kill_driver --help`.

The driver itself is in `tests/broker/kill`, where the test suite runs it too.
"""

from tests.broker.kill.command import main

if __name__ == "__main__":
    main()
