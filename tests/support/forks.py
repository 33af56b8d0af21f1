"""Work in a forked child."""

import json
import os
import signal


class Child:
    """A forked child that does something; `result` waits for what it returned or raised."""

    def __init__(self, work):
        reading, writing = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            signal.alarm(60)  # so that a test that fails does not hang
            try:
                text = json.dumps(work())
            except BaseException as error:
                text = json.dumps(f"{type(error).__name__}: {error}")
            os.write(writing, text.encode())
            os._exit(0)
        os.close(writing)
        self._reading = reading

    def result(self):
        with open(self._reading) as pipe:
            text = pipe.read()
        os.waitpid(self.pid, 0)
        return json.loads(text)
