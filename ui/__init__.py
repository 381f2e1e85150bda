"""Everything Qt: one module per screen, in the order of the journey."""
