# atspi.py - finding and pressing the parts of a window as assistive technology does
# SPDX-License-Identifier: GPL-3.0-or-later
import time

import pyatspi
from gi.repository import GLib


def role_of(node):
    """at-spi 2.56 calls a button what was a push button before."""
    role = node.getRoleName()
    return "push button" if role == "button" else role


class Missing(Exception):
    pass


def walk(node, depth=0):
    """All that is below a node, itself included; what vanishes meanwhile is passed over."""
    if node is None or depth > 40:
        return
    yield node
    try:
        children = list(node)
    except Exception:
        return
    for child in children:
        yield from walk(child, depth + 1)


def is_showing(node):
    try:
        return node.getState().contains(pyatspi.STATE_SHOWING)
    except Exception:
        return False


PATIENCE = 300.0  # seconds: other processes may have the machine; what comes is not waited for any longer


def wait(what, check, seconds=PATIENCE):
    """The first true value of check(), which is asked again and again."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            value = check()
        except Exception:
            value = None
        if value:
            return value
        time.sleep(0.05)
    raise Missing(f"waited {seconds:.0f} s for {what}")


class Window:
    def __init__(self, program):
        self.application = wait(program, lambda: self._find_application(program))
        self.root = wait("a window", lambda: self.application[0])

    @staticmethod
    def _find_application(program):
        for application in pyatspi.Registry.getDesktop(0):
            if application is not None and application.name == program:
                return application
        return None

    def _look(self, name, role):
        """Labels have the names of what they label: they are not meant unless asked for."""
        for node in walk(self.application):
            try:
                found = role_of(node)
                if node.name == name and (found == role if role is not None else found != "label") and is_showing(node):
                    return node
            except Exception:
                continue
        return None

    def find(self, name, role=None, seconds=PATIENCE):
        return wait(f"“{name}”", lambda: self._look(name, role), seconds)

    def has(self, name, role=None):
        return self._look(name, role) is not None

    def is_sensitive(self, name, role="push button"):
        node = self._look(name, role)
        return node is not None and node.getState().contains(pyatspi.STATE_SENSITIVE)

    def press(self, name, role="push button", seconds=PATIENCE):
        wait(f"“{name}” to be pressed", lambda: self.is_sensitive(name, role) and self._do_action(name, role), seconds)

    def _do_action(self, name, role):
        """False: it was hidden meanwhile. A window that closes may not answer any more."""
        node = self.find(name, role)
        try:
            return node.queryAction().doAction(0)
        except GLib.Error:
            return True

    def type(self, name, text):
        node = self.find(name)
        node.queryEditableText().setTextContents(text)
        assert node.queryText().getText(0, -1) == text

    def text(self, name):
        return self.find(name).queryText().getText(0, -1)

    def set_value(self, name, value):
        self.find(name).queryValue().currentValue = value

    def value(self, name):
        return self.find(name).queryValue().currentValue

    def description(self, name):
        return self.find(name).description

    def labels(self):
        """All text that labels show."""
        for node in walk(self.application):
            try:
                if role_of(node) == "label" and is_showing(node):
                    yield node.queryText().getText(0, -1)
            except Exception:
                continue

    def wait_label(self, start, seconds=PATIENCE):
        return wait(f"the words “{start}”", lambda: next((t for t in self.labels() if t.startswith(start)), None), seconds)

    def nameless(self):
        """What can have the keyboard's focus but has no name."""
        for node in walk(self.application):
            try:
                state = node.getState()
                if state.contains(pyatspi.STATE_FOCUSABLE) and is_showing(node) and not node.name and role_of(node) != "label":
                    yield role_of(node)
            except Exception:
                continue
