"""What holds for every test: one thread of BLAS unless told otherwise, and no clock in Hypothesis.

pytest reads this file before any test imports NumPy, which reads the variables only once.
"""

import os
import signal

import pytest

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")  # `make test-processors` asks for one and for two

# A shell that starts the tests in the background makes them, and what they start, deaf to Ctrl-C.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

from hypothesis import settings  # noqa: E402

# A machine that is busy is not a failure.  In CI the same examples are drawn every time, so that a
# red run says something of the change it belongs to; elsewhere new ones are looked for.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


@pytest.fixture(scope="session")
def browser():
    """Chromium, one for all tests: Playwright cannot be started twice in one process."""
    from test_browser import CHROMIUM, FLAGS

    if CHROMIUM is None:
        if os.environ.get("SANDTIME_REQUIRE_CHROMIUM") == "1":
            pytest.fail("SANDTIME_REQUIRE_CHROMIUM=1, but no Chromium is on the PATH")
        pytest.skip("no Chromium on the PATH (Debian: apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
