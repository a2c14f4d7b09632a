"""The naive second implementation of the meaning of a run: slow, plain, and written from the rules alone.

It follows the rules of the machine, not the machine's code, and in another style: every instance is a
*story*, a generator that says in which status it stands and is told what happens. Nothing is kept that can
be computed: edges are decided by looking at their sources, joins by looking at their edges, the status of
the run by looking at everything.
"""

from tests.interpreter.machine.reference.boxes import ENDS, SERVICE, Box, Frame
from tests.interpreter.machine.reference.run import ReferenceRun

__all__ = ["ENDS", "SERVICE", "Box", "Frame", "ReferenceRun"]
