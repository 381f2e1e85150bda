"""The diary: clips and their stages, the catalogue, editing, delivery and the command line. No Qt."""
