"""Evidence: what is found about an asset; each module measures facts, and decides nothing."""
