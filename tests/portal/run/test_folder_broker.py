"""Messages in a folder: each read once, whole or not at all, by any number of readers and writers."""

import threading

import pytest
from kombu import Connection, Queue

from portal.run.folder_broker import Transport

IMPORTS = Queue("imports")


@pytest.fixture
def connect(tmp_path):
    for name in ("messages", "control"):
        (tmp_path / name).mkdir()

    def go():
        return Connection(
            transport=Transport,
            transport_options={
                "data_folder_in": str(tmp_path / "messages"),
                "data_folder_out": str(tmp_path / "messages"),
                "control_folder": str(tmp_path / "control"),
            },
        )

    return go


def send(connection, *bodies):
    with connection as sender:
        producer = sender.Producer(serializer="json")
        for body in bodies:
            producer.publish(body, routing_key="imports", declare=[IMPORTS])


def receive(connection, count):
    found = []
    with connection as receiver:
        queue = IMPORTS(receiver.channel())
        queue.declare()
        while len(found) < count and (message := queue.get()) is not None:
            message.ack()
            found.append(message.payload)
    return found


def test_messages_come_once_in_order_and_leave_nothing(connect, tmp_path):
    send(connect(), 1, 2, 3)

    assert receive(connect(), 5) == [1, 2, 3]
    assert list((tmp_path / "messages").iterdir()) == []


def test_message_that_is_not_whole_is_dropped(connect, tmp_path):
    (tmp_path / "messages" / "0_x.imports.msg").write_text("")
    send(connect(), 1)

    assert receive(connect(), 5) == [1]


def test_readers_and_writers_at_once(connect):
    """kombu's own loses messages here, and its readers end with an error."""
    found, errors, written = [], [], threading.Event()

    def read():
        try:
            while not written.is_set():
                found.extend(receive(connect(), 50))
            found.extend(receive(connect(), 1000))
        except Exception as error:
            errors.append(error)

    def write(start):
        send(connect(), *range(start, start + 150))

    readers = [threading.Thread(target=read) for _ in range(3)]
    writers = [threading.Thread(target=write, args=(start,)) for start in (0, 1000)]
    for thread in (*readers, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    written.set()
    for thread in readers:
        thread.join()

    assert errors == []
    assert sorted(found) == [*range(150), *range(1000, 1150)]
