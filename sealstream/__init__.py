"""The one name that an installed sealstream has among packages; see `sealstream.start`."""
