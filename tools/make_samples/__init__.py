"""Makes the files in samples/. Run by hand as `python -m tools.make_samples`, never in CI."""
