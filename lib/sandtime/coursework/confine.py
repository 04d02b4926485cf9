"""What a student's process may not do, told to the kernel by the process itself before it starts.

On Linux, *Landlock* leaves it its own folder to write in and the libraries to read, and *seccomp*
takes away the network, other processes and signals to them.  Where one is missing, a namespace
(`unshare`) hides the network and the folders named.  Limits on time, memory and file size hold on
every Unix.  Nothing needs rights, nothing has to be installed.  The worker loads this file by its
path, so it imports nothing of the package.
"""

import ctypes
import os
import platform
import struct
import sys
from pathlib import Path

MEASURES = ("Landlock", "seccomp", "unshare")

_ALL = 0x1FFF  # access rights of Landlock's first version
_NEWUSER, _NEWNET, _NEWNS, _NEWIPC = 0x10000000, 0x40000000, 0x00020000, 0x08000000
_EPERM, _ENOSYS = 1, 38

# Numbers of system calls: forbidden, pretended (they return and do nothing), and those that may
# only concern the process itself.
_CALLS = {
    "x86_64": {
        "architecture": 0xC000003E,
        "clone": 56,
        "forbidden": (41, 42, 49, 50, 57, 58, 59, 322, 101, 310, 311, 424, 434, 272, 308, 165, 166,
                      155, 161, 298, 321, 425, 250, 248, 249, 29, 30, 64, 68, 200, 240, 133, 259,
                      304, 175, 313, 246, 169, 428, 429, 430, 442),
        "pretended": (90, 91, 92, 93, 94, 260, 268, 452, 132, 235, 261, 280, 188, 189, 190, 197,
                      198, 199),
        "own": (62, 129, 234, 297),
        "own or 0": (302, 141, 203),
    },
    "aarch64": {
        "architecture": 0xC00000B7,
        "clone": 220,
        "forbidden": (198, 203, 200, 201, 221, 281, 117, 270, 271, 424, 434, 97, 268, 40, 39, 41,
                      51, 241, 280, 425, 219, 217, 218, 194, 196, 190, 186, 130, 180, 33, 265, 105,
                      273, 104, 142, 428, 429, 430, 442),
        "pretended": (52, 53, 54, 55, 452, 88, 5, 6, 7, 14, 15, 16),
        "own": (129, 131, 138, 240),
        "own or 0": (261, 140, 122),
    },
}  # fmt: skip
_CLONE3 = 435


def confine(folder, hidden, seconds, memory, file_size, without=()):
    """Give up everything that an answer does not need.

    Parameters
    ----------
    folder : str
        The only one to be written in.
    hidden : sequence of str
        Files and folders that are not to be read.
    seconds, memory, file_size : int
        Of processor time; bytes; bytes of one file.
    without : sequence of str
        Of `MEASURES`, those to leave out, for tests.

    Returns
    -------
    dict
        For "folders", "network" and "processes", what protects them; "" if nothing does.
    """
    held = dict.fromkeys(("folders", "network", "processes"), "")
    limits = _limit(seconds, memory, file_size)
    if not sys.platform.startswith("linux"):
        return held
    libc = ctypes.CDLL(None, use_errno=True)
    abi = 0 if "Landlock" in without else libc.syscall(444, None, 0, 1)
    calls = None if "seccomp" in without else _CALLS.get(platform.machine())
    spaces = (abi < 1 or calls is None) and "unshare" not in without
    if spaces and _unshare(libc, hidden if abi < 1 else (), folder):
        held["network"] = "unshare"
        held["folders"] = "unshare" if abi < 1 else ""
    libc.prctl(38, 1, 0, 0, 0)  # no new privileges: both measures ask for it
    if abi >= 1 and _landlock(libc, abi, readable(hidden), folder):
        held["folders"] = "Landlock"
    if calls and _seccomp(libc, calls):
        held["network"] = held["processes"] = "seccomp"
    elif limits:
        limits(no_processes=True)
    return held


def _limit(seconds, memory, file_size):
    try:
        import resource
    except ImportError:  # Windows
        return None
    for name, value in (
        ("RLIMIT_CPU", seconds), ("RLIMIT_AS", memory), ("RLIMIT_FSIZE", file_size),
        ("RLIMIT_CORE", 0), ("RLIMIT_NOFILE", 128),
    ):  # fmt: skip
        _lower(resource, name, value)
    # without seccomp: none besides those there are (root is not held by it)
    return lambda no_processes: _lower(resource, "RLIMIT_NPROC", 0)


def _lower(resource, name, value):
    try:
        which = getattr(resource, name)
        hardest = resource.getrlimit(which)[1]
        if hardest != resource.RLIM_INFINITY:
            value = min(value, hardest)
        resource.setrlimit(which, (value, value))
    except (AttributeError, ValueError, OSError):
        pass  # macOS knows not all of them


def readable(hidden):
    """Files and folders that a worker needs: Python, the libraries and what they open."""
    wanted = {sys.prefix, sys.base_prefix, *(each for each in sys.path if os.path.exists(each))}
    for name, module in list(sys.modules.items()):
        if name.startswith("sandtime."):
            wanted |= {str(each) for each in getattr(module, "__path__", ())}
    wanted |= {"/usr", "/lib", "/lib64", "/bin", "/opt", "/etc/fonts", "/etc/localtime"}
    wanted |= {"/etc/ld.so.cache", "/dev/null", "/dev/zero", "/dev/random", "/dev/urandom"}
    wanted |= {"/sys/devices/system/cpu"}
    veiled = [os.path.realpath(each) for each in hidden]
    return [each for one in sorted(wanted) for each in _around(os.path.realpath(one), veiled)]


def _around(path, hidden):
    """A path, or what it holds apart from what is hidden."""
    if any(path == each or path.startswith(each + os.sep) for each in hidden):
        return []
    if not any(each.startswith(path.rstrip(os.sep) + os.sep) for each in hidden):
        return [path]
    try:
        return [found for each in os.scandir(path) for found in _around(each.path, hidden)]
    except OSError:
        return []


def _landlock(libc, abi, paths, folder):
    handled = _ALL | (0x2000 if abi >= 2 else 0) | (0x4000 if abi >= 3 else 0)
    attributes = struct.pack("Q", handled)
    rules = libc.syscall(444, attributes, len(attributes), 0)
    if rules < 0:
        return False
    for path in [*paths, folder]:
        own = path == folder
        try:
            place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            continue
        access = handled if own else 1 | 4 | 8
        if not os.path.isdir(path):
            access = 4 | 1 | (2 if path == "/dev/null" else 0)
        rule = struct.pack("=Qi", access, place)
        libc.syscall(445, rules, 1, rule, 0)
        os.close(place)
    done = libc.syscall(446, rules, 0) == 0
    os.close(rules)
    return done


def _unshare(libc, hidden, folder):
    """Namespaces without network, something empty over what is hidden, one folder to write in."""
    user, group = os.getuid(), os.getgid()
    if libc.unshare(_NEWUSER | _NEWNET | _NEWNS | _NEWIPC):
        return False
    try:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    except OSError:
        return False
    if libc.mount(None, b"/", None, 0x4000 | 0x40000, None):  # recursive, private
        return False
    if not all(_cover(libc, path) for path in [*hidden, "/proc"]):
        return False
    place = os.fsencode(folder)
    libc.mount(place, place, None, 0x1000, None)  # on itself, to be written in
    for path, flags in ((b"/", (1, 0)), (place, (0, 1))):  # from Linux 5.12 on
        libc.syscall(
            442, -100, path, 0x8000 if flags[0] else 0, struct.pack("QQQQ", *flags, 0, 0), 32
        )
    os.chdir(folder)
    return True


def _cover(libc, path):
    if os.path.isdir(path):
        return not libc.mount(b"none", os.fsencode(path), b"tmpfs", 1, b"size=4k")
    if os.path.exists(path):
        return not libc.mount(b"/dev/null", os.fsencode(path), None, 0x1000, None)
    return True


def _seccomp(libc, calls):
    program = b"".join(struct.pack("HBBI", *each) for each in _filter(calls, os.getpid()))
    buffer = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(buffer))
    return libc.prctl(22, 2, header, 0, 0) == 0


def _filter(calls, pid):
    """Instructions (code, jump if true, jump if false, constant) of the kernel's packet filter."""
    load, equal, at_least, any_bit, give = 0x20, 0x15, 0x35, 0x45, 0x06
    allow, refuse = 0x7FFF0000, 0x00050000
    yield from [(load, 0, 0, 4), (equal, 1, 0, calls["architecture"]), (give, 0, 0, 0x80000000)]
    yield from [(load, 0, 0, 0), (at_least, 0, 1, 0x40000000), (give, 0, 0, refuse | _EPERM)]
    answers = [(number, _EPERM) for number in calls["forbidden"]]
    answers += [(number, 0) for number in calls["pretended"]] + [(_CLONE3, _ENOSYS)]
    for number, answer in answers:
        yield from [(equal, 0, 1, number), (give, 0, 0, refuse | answer)]
    yield from [(equal, 0, 4, calls["clone"]), (load, 0, 0, 16), (any_bit, 1, 0, 0x10000)]
    yield from [(give, 0, 0, refuse | _EPERM), (give, 0, 0, allow)]  # threads only
    for number in calls["own"] + calls["own or 0"]:
        also = 0 if number in calls["own or 0"] else pid
        yield from [
            (equal, 0, 5, number),
            (load, 0, 0, 16),
            (equal, 2, 0, pid),
            (equal, 1, 0, also),
        ]
        yield from [(give, 0, 0, refuse | _EPERM), (give, 0, 0, allow)]
    yield (give, 0, 0, allow)
