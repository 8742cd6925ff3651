#!/usr/bin/python3
# desktop.py - the dialog on a screen of its own, used as a person would use it, with pictures of it for the log
#
# desktop.py SHOW_DIALOG ARRA MAKE_CHECKPOINT TESTS LOGS; exit code 77: this machine lacks the tools (they are named)
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import shutil
import subprocess
import sys
import tempfile
import time

SKIP = 77
TOOLS = ("dbus-run-session", "xvfb-run", "Xvfb", "gdbus", "import", "compare", "xdotool")
PROMPT = "clouds over a calm sea"
SECRET = "a prompt that nobody may read"


def missing_tools():
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    try:
        import pyatspi  # noqa: F401
    except ImportError:
        missing.append("python3-pyatspi")
    return missing


def make_checkpoints(make_checkpoint, arra, tests, folder):
    """A slow one to stop in the middle, a small one, and one that is broken."""
    slow = os.path.join(folder, "slow")
    subprocess.run([make_checkpoint, "--preset", "codes1024", "--hidden", "1024", "--layers", "24", "--heads", "16", "--ffn", "2752",
                    "--vocab", "2048", slow], check=True)
    shutil.copy(os.path.join(tests, "ui", "card.json"), os.path.join(slow, "arra.json"))
    shutil.copy(os.path.join(tests, "golden", "e2e", "train_item.png"), os.path.join(slow, "thumbnail.png"))
    subprocess.run([arra, "convert", os.path.join(tests, "golden", "e2e", "model"), "--vqgan",
                    os.path.join(tests, "golden", "vqgan", "f16", "vqgan.ckpt"), "--card", os.path.join(tests, "ui", "medical.json"), "-o", os.path.join(folder, "tiny.gguf")],
                   check=True, stderr=subprocess.DEVNULL)
    with open(os.path.join(folder, "broken.gguf"), "wb") as file:
        file.write(b"GGUF" + bytes(range(200)))


class Show:
    """The program that shows the dialog, with a folder for its settings and pictures."""

    def __init__(self, program, folder, settings="", options=(), environment=()):
        os.makedirs(folder)
        self.folder = folder
        self.settings = os.path.join(folder, "dialog.ini")
        with open(self.settings, "w") as file:
            file.write(settings)
        self.log = open(os.path.join(folder, "out.txt"), "w+")
        self.process = subprocess.Popen([program, "--settings", self.settings, "--out", folder, *options], stdout=self.log,
                                        env=dict(os.environ, **dict(environment)))

    def lines(self):
        with open(os.path.join(self.folder, "out.txt")) as file:
            return file.read().splitlines()

    def inserted(self):
        return [line for line in self.lines() if line.startswith("inserted ")]

    def saved(self):
        with open(self.settings) as file:
            return file.read()

    def end(self, seconds=30):
        code = self.process.wait(seconds)
        assert code == 0, f"the program ended with {code}"


def take_picture(logs, name):
    time.sleep(0.5)  # changes of state fade in
    subprocess.run(["import", "-window", "Generate from Text", os.path.join(logs, f"dialog-{name}.png")], check=True)


def same_pixels(a, b):
    return subprocess.run(["compare", "-metric", "AE", a, b, "null:"], stderr=subprocess.DEVNULL).returncode == 0


def rows(window):
    """Finished rows of the preview, and all of them."""
    words = window.description("Preview").split()
    return (int(words[0]), int(words[2])) if len(words) >= 3 and words[0].isdigit() else (0, 0)


def wait_finished(window):
    """As long as anything goes on: how quick the machine is does not matter."""
    from atspi import wait

    seen = []
    while "Finished" not in seen:
        before = seen
        seen = wait("progress", lambda: next((labels for labels in [list(window.labels())] if labels != before), None))


def make_one_and_stop(show, window, logs):
    from atspi import wait

    wait("checkpoints", lambda: window.is_sensitive("Generate"))
    assert not list(window.nameless()), f"without a name: {list(window.nameless())}"
    take_picture(logs, "idle")
    window.type("Prompt", PROMPT)
    window.press("Generate")
    wait("rows", lambda: 4 <= rows(window)[0])
    take_picture(logs, "running")
    window.press("Stop")
    window.wait_label("Stopped. Finished rows are kept")
    finished, total = rows(window)
    assert 4 <= finished < total == 16, f"stopped with {finished} of {total} rows"
    take_picture(logs, "stopped")
    window.press("Insert")
    wait("the finished rows", lambda: len(show.inserted()) == 1)
    assert f"rows {finished} of {total}" in show.inserted()[0]


def continue_and_compare(show, window, arra, model):
    from atspi import wait

    window.press("Continue")
    wait_finished(window)
    assert rows(window) == (16, 16)
    window.press("Insert")
    wait("the picture", lambda: len(show.inserted()) == 2)
    assert not window.has("Continue", "push button")
    line = show.inserted()[1].split()
    seed, reference = line[line.index("seed") + 1], os.path.join(show.folder, "reference.png")
    subprocess.run([arra, "generate", "--model", model, "--prompt", PROMPT, "--size", "256x256", "--seed", seed, "-o", reference],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert same_pixels(os.path.join(show.folder, line[1]), reference), "another picture than that of arra generate"
    return seed


def make_several(show, window, logs):
    from atspi import wait

    window.set_value("Number of pictures", 3)
    window.press("Generate Again")
    wait_finished(window)
    take_picture(logs, "finished")
    window.press("Insert 3 Pictures")
    wait("three pictures", lambda: len(show.inserted()) == 5)
    window.press("Select All")
    window.press("Insert 4 Pictures")
    wait("all pictures", lambda: len(show.inserted()) == 9)


def search_history(show, window):
    from atspi import wait

    window.type("Prompt", "something else")
    window.press("Prompt history", "toggle button")
    window.type("Search prompts", "SEA calm")
    window.find("Search prompts").queryAction().doAction(0)
    wait("the prompt of the history", lambda: window.text("Prompt") == PROMPT)


def reuse(show, window, seed, logs):
    """The last layer was the third picture of its batch: its settings make that very picture again, alone."""
    from atspi import wait

    window.type("Prompt", "something else")
    assert window.text("Seed") != "" and not window.has("First picture")
    window.press("More", "toggle button")
    window.press("Reuse Settings of This Layer", "menu item")
    wait("the prompt of the layer", lambda: window.text("Prompt") == PROMPT)
    last = show.inserted()[-1].split()
    assert window.text("Seed") == last[last.index("seed") + 1] != seed
    assert window.value("First picture") == 3 and window.value("Number of pictures") == 1
    take_picture(logs, "reused")
    window.press("Generate Again")
    wait_finished(window)
    before = len(show.inserted())
    window.press("Insert")
    wait("the same picture", lambda: len(show.inserted()) == before + 1)
    again = show.inserted()[-1].split()
    assert same_pixels(*(os.path.join(show.folder, line[1]) for line in (last, again))), "another picture than that of the layer"
    window.press("Random seed")
    wait("the first picture of another seed", lambda: not window.has("First picture"))


def keep_secret(show, window):
    from atspi import wait

    before = len(show.inserted())
    window.press("Remember prompts", "check box")
    window.type("Prompt", SECRET)
    window.set_value("Number of pictures", 1)
    window.press("Generate Again")
    wait_finished(window)
    window.press("Insert")
    wait("the secret picture", lambda: len(show.inserted()) == before + 1)
    assert show.inserted()[-1].endswith("(kept secret)")
    with open(os.path.join(show.folder, f"inserted-{before}.png"), "rb") as file:
        contents = file.read()
    assert SECRET.encode() not in contents and b"fingerprint" in contents
    assert SECRET not in show.saved() and "[History]" not in show.saved()


def complain(window, logs):
    window.type("Prompt", "")
    window.press("Generate Again")
    window.wait_label("Write into the prompt")
    take_picture(logs, "message")


def list_checkpoints(window, logs):
    import pyatspi

    from atspi import wait

    window.press("Checkpoint", "toggle button")
    window.find("Add Folder…")
    broken = wait("the broken checkpoint", lambda: window._look("broken.gguf", None))
    assert "GGUF" in broken.description, broken.description
    assert not broken.getState().contains(pyatspi.STATE_SENSITIVE)
    take_picture(logs, "checkpoints")
    window.press("Checkpoint", "toggle button")


def main_story(program, arra, data, folder, logs):
    from atspi import Window

    model = os.path.join(data, "arra", "checkpoints", "slow")
    settings = "[Dialog]\nsized=true\nwidth=256\nheight=256\n"
    show = Show(program, os.path.join(folder, "main"), settings, ("--canvas-width", "1200", "--canvas-height", "800"))
    window = Window("show-dialog")
    make_one_and_stop(show, window, logs)
    seed = continue_and_compare(show, window, arra, model)
    list_checkpoints(window, logs)
    make_several(show, window, logs)
    search_history(show, window)
    reuse(show, window, seed, logs)
    keep_secret(show, window)
    complain(window, logs)
    window.press("Close")
    show.end()
    assert show.lines()[-1] == "closed 11", show.lines()[-1]


def closed_in_the_middle(program, folder):
    """The window is closed while a picture forms: the program ends."""
    from atspi import Window, wait

    show = Show(program, os.path.join(folder, "closed"))
    window = Window("show-dialog")
    window.type("Prompt", PROMPT)
    window.press("Generate")
    wait("the first rows", lambda: rows(window)[0] >= 1)
    window.press("Close")
    show.end()
    assert show.lines()[-1] == "closed 0"
    assert f"prompt={PROMPT}" in show.saved()


def press_keys(*keys):
    subprocess.run(["xdotool", "key", *keys], check=True)


def by_keyboard(program, folder):
    """Undo, Help, a list opened and left, Generate, Stop, Reset, and the end, without a mouse."""
    from atspi import Window, wait

    show = Show(program, os.path.join(folder, "keyboard"))
    window = Window("show-dialog")
    wait("checkpoints", lambda: window.is_sensitive("Generate"))
    subprocess.run(["xdotool", "search", "--name", "^Generate from Text$", "windowfocus", "--sync"], check=True)
    press_keys("s", "e", "a")
    wait("the prompt", lambda: window.text("Prompt") == "sea")
    press_keys("ctrl+z")
    wait("nothing", lambda: window.text("Prompt") == "")
    press_keys("ctrl+shift+z")
    wait("the prompt again", lambda: window.text("Prompt") == "sea")
    press_keys("F1")
    wait("the help", lambda: "help" in show.lines())
    press_keys("alt+h")
    window.find("Add Folder…")
    press_keys("Escape")
    wait("the list to be left", lambda: not window.has("Add Folder…"))
    press_keys("alt+p")
    press_keys("ctrl+Return")
    wait("the first rows", lambda: rows(window)[0] >= 1)
    press_keys("Escape")
    window.wait_label("Stopped")
    assert window.has("Continue", "push button")
    window.set_value("Number of pictures", 3)
    press_keys("F10")
    press_keys("f")
    wait("the defaults", lambda: window.value("Number of pictures") == 1)
    assert window.text("Prompt") == "sea"
    press_keys("Escape")
    show.end()
    assert show.lines()[-1] == "closed 0"


def host_gone(program, folder):
    """The host ends while a picture forms: the dialog does, too."""
    from atspi import Window

    show = Show(program, os.path.join(folder, "gone"), options=("--lifetime", "4"))
    window = Window("show-dialog")
    window.type("Prompt", PROMPT)
    window.press("Generate")
    show.end()
    assert show.lines()[-1] == "closed 0"


def dark_with_selection(program, data, folder, logs):
    from atspi import Window, wait

    settings = f"[Dialog]\ncheckpoint={data}/arra/checkpoints/tiny.gguf\nadvanced=true\ncount=6\nsized=true\nwidth=96\nheight=64\ninsert=selection\n"
    show = Show(program, os.path.join(folder, "dark"), settings,
                ("--dark", "--canvas-width", "900", "--canvas-height", "600", "--selection-width", "300", "--selection-height", "200"))
    window = Window("show-dialog")
    wait("checkpoints", lambda: window.is_sensitive("Generate"))
    take_picture(logs, "dark-idle")
    window.type("Prompt", "no-wax floor of a hall, evening light")
    window.press("Generate")
    wait_finished(window)
    assert "synthetic – not for diagnosis" in window.labels()
    take_picture(logs, "dark")
    window.press("Insert 6 Pictures")
    window.wait_label("6 pictures inserted")
    assert all(" selection " in line for line in show.inserted())
    with open(os.path.join(show.folder, "inserted-0.png"), "rb") as file:
        assert "synthetic – not for diagnosis".encode() in file.read()
    window.press("Close")
    show.end()


def short_of_memory(program, folder):
    from atspi import Window

    show = Show(program, os.path.join(folder, "memory"), environment={"ARRA_MEMORY_LIMIT": "20000000"}.items())
    window = Window("show-dialog")
    window.type("Prompt", PROMPT)
    window.press("Generate")
    words = window.wait_label("Not enough memory")
    assert "GiB are needed" in words and "19.1 MiB are free" in words, words
    window.press("Close")
    show.end()


def inside(program, arra, data, folder, logs):
    """What runs on the screen."""
    subprocess.run(["gdbus", "call", "--session", "--dest", "org.a11y.Bus", "--object-path", "/org/a11y/bus", "--method",
                    "org.freedesktop.DBus.Properties.Set", "org.a11y.Status", "IsEnabled", "<true>"], check=True, stdout=subprocess.DEVNULL)
    main_story(program, arra, data, folder, logs)
    closed_in_the_middle(program, folder)
    by_keyboard(program, folder)
    host_gone(program, folder)
    dark_with_selection(program, data, folder, logs)
    short_of_memory(program, folder)


def outside(program, arra, make_checkpoint, tests, logs):
    os.makedirs(logs, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="arra-desktop-") as folder:
        data = os.path.join(folder, "data")
        checkpoints = os.path.join(data, "arra", "checkpoints")
        os.makedirs(checkpoints)
        make_checkpoints(make_checkpoint, arra, tests, checkpoints)
        environment = dict(os.environ, XDG_DATA_HOME=data, XDG_CONFIG_HOME=os.path.join(folder, "config"), HF_HUB_CACHE=os.path.join(folder, "none"),
                           XDG_DATA_DIRS="/usr/local/share:/usr/share", LC_ALL="C.UTF-8", GDK_BACKEND="x11", NO_AT_BRIDGE="0", G_DEBUG="fatal-criticals", HOME=folder)
        command = ["dbus-run-session", "--", "xvfb-run", "-a", "-s", "-screen 0 1400x900x24", sys.executable, __file__, "--inside", program, arra,
                   data, folder, logs]
        return subprocess.run(command, env=environment).returncode


def main():
    if sys.argv[1] == "--inside":
        inside(*sys.argv[2:])
        return 0
    missing = missing_tools()
    if missing:
        print("skipped: this machine has no", ", ".join(missing))
        return SKIP
    return outside(*sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
