"""Whole recording sessions in virtual time: one thread, one seed, every interleaving and every fault it asks for."""
