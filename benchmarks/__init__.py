"""One program a published table; each prints JSON."""
