"""``python -m suifang``."""

import sys

from suifang.cli import main

sys.exit(main())
