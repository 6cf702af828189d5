"""One line for a Python that will not do. Runs on any Python 3."""

import sys

if not ((3, 11) <= sys.version_info[:2] <= (3, 13)):
    sys.exit(
        "Frontdesk needs Python 3.11, 3.12 or 3.13; this is %d.%d: try `make run PYTHON=python3.12`"
        % sys.version_info[:2]
    )
