"""A file to the portal: tus, sign-in, errors and retry. No Qt, no database."""
