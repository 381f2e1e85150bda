"""Everything Qt: one module per screen, in the order of the journey."""

import os

# Before anything imports numpy: its library of matrices keeps a second thread spinning for matrices as small as ours,
# which costs as much as the sound of a recording does.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
