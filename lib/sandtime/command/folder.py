"""Any number of files through one job: in parts, in order, on where a run was stopped."""

import contextlib
import signal
import warnings
from collections import Counter, deque
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial

from sandtime import eis
from sandtime.command import inputs
from sandtime.command.journal import Journal
from sandtime.command.say import Halt, Progress, plural, warn
from sandtime.command.work import load, row


def work_through(files, job, *, reading, options, args, header=True):
    """Do a job with every file and write its table; returns how many of what there were.

    Parameters
    ----------
    files : list of str
    job : FitJob or CheckJob
        Makes a record of loaded files.
    reading : dict
        Keyword arguments of `eis.read`.
    options : dict
        All that the rows depend on besides the files.
    args : argparse.Namespace
        `out` (None: nothing is kept, the rows go to stdout), `force`, `quiet` and `executor`.
    header : bool
        Whether the first line on stdout names the columns.

    Returns
    -------
    collections.Counter
    """
    progress = Progress(len(files), args.quiet)
    journal = None
    if args.out is not None:
        journal = Journal(args.out, options, force=args.force, say=warn)
    try:
        total, keys = _records(files, job, reading, args, journal, progress, header)
        if journal is not None:
            journal.finish(row(job.columns), keys)
    finally:
        progress.clear()
        if journal is not None:
            journal.close()
    return total


def _records(files, job, reading, args, journal, progress, header):
    """Every record in the order of the files: counted, kept, and what was wrong said."""
    total, keys, done = Counter(), [], 0
    if journal is None and header:
        print(row(job.columns), end="")
    try:
        with _executor(args.executor, reading, job) as (submit, window):
            for key, record in _in_order(files, journal, submit, window):
                keys.append(key)
                if journal is None:
                    print(record["rows"], end="")
                elif key not in journal:
                    journal.add(key, record)
                for message in record["said"]:
                    progress.say(message)
                total.update(record["count"])
                done += record["count"]["files"]
                broken = f", {total['broken']:,} broken" if total["broken"] else ""
                progress(done, broken)
    except BrokenExecutor:
        raise Halt(
            "a worker died, perhaps for want of memory; the same command goes on", 3
        ) from None
    except KeyboardInterrupt:
        progress.clear()
        kept = "; the same command goes on from there" if journal is not None else ""
        raise Halt(
            f"interrupted: {done:,} of {plural(len(files), 'file')} done{kept}", 130
        ) from None
    return total, keys


def _in_order(files, journal, submit, window):
    """Key and record of each part; some are worked on ahead, never more than the window."""
    waiting, told = deque(), False
    for part in inputs.parts(files):
        if journal is not None and part.key in journal:
            if not told:
                warn(f"going on: {plural(len(journal.at), 'part')} done before")
                told = True
            future = Future()
            future.set_result(journal[part.key])
        else:
            future = submit(part.names)
        waiting.append((part.key, future))
        if len(waiting) > window:
            key, future = waiting.popleft()
            yield key, future.result()
    for key, future in waiting:
        yield key, future.result()


def _whole(names, reading, job):
    """Read some files and do the job with them."""
    return job([load(name, reading) for name in names])


@contextlib.contextmanager
def _executor(word, reading, job):
    """Names → future of a record, and how many may wait."""
    kind, _, detail = (word or "").partition(":")
    if not kind:

        def here(names):
            future = Future()
            future.set_result(_whole(names, reading, job))
            return future

        yield here, 0
        return
    with contextlib.ExitStack() as stack:
        pool, workers = _pool(kind, detail, stack)
        if kind == "processes":
            yield lambda names: pool.submit(_whole, names, reading, job), workers + 1
        else:
            # warnings are caught process by process, and a cluster may not see the files
            warnings.simplefilter("ignore", eis.FitWarning)

            def elsewhere(names):
                return pool.submit(job, [load(name, reading) for name in names])

            yield elsewhere, workers + 1


def _pool(kind, detail, stack):
    """An executor and its number of workers."""
    if kind == "dask":
        try:
            from distributed import Client
        except ImportError:
            raise Halt(
                "--executor dask needs the package distributed: pip install distributed"
            ) from None
        client = stack.enter_context(Client(detail) if detail else Client(dashboard_address=None))
        return client.get_executor(), max(1, len(client.nthreads()))
    workers = int(detail) if detail else None
    if kind == "threads":
        pool = ThreadPoolExecutor(workers)
    else:
        import multiprocessing

        spawn = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(workers, mp_context=spawn, initializer=_as_a_worker)
    stack.callback(partial(pool.shutdown, wait=False, cancel_futures=True))
    return pool, pool._max_workers


def _as_a_worker():
    """Ctrl-C is for the process that gave the work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
