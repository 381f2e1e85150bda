"""The booth: a recorder for strangers that nobody looks after (decision 38). No Qt."""
