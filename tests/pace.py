"""The margin of every bound in seconds: the promised time is multiplied by it.

Measuring coverage makes each line several times slower, and test machines share their processors.
"""

import sys

SLOWED = 15.0 if sys.gettrace() is not None else 2.0
