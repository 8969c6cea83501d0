#!/usr/bin/env python3
"""A node of the article's network, on Twisted: its address and a bootstrap list go in on the command line, events come
out on stdout, one JSON object a line. It shares no code with the program under test and must stay that way.

    twisted_node.py --listen PORT [--bootstrap HOST:PORT]... [--ping SECONDS] [--literal]

Port 0 takes any free port of 127.0.0.1. The node ends on SIGTERM or at the end of its stdin (so /dev/null ends it).

    {"event": "listening", "port": 5999, "nodeid": "..."}         once, first
    {"event": "peer", "nodeid": "...", "type": 1, "address": "127.0.0.1:5998"}
                                     a hello came; type 1: we dialled that address, type 2: it dialled us from there
    {"event": "pong", "nodeid": "..."}
    {"event": "addr", "nodeid": "...", "peers": [["127.0.0.1:5997", "..."]]}      from nodeid; every entry could be read
    {"event": "lost", "nodeid": "...", "type": 1, "address": "..."}  a connection ended; nodeid is null before its hello
    {"event": "refused", "address": "...", "text": "..."}            a dial failed; the bootstrap list is tried again
    {"event": "self", "text": "Connected to myself."}
    {"event": "error", "nodeid": "...", "text": "..."}   what came could not be read, and the connection was dropped

There is one "peer" and one "lost" for each connection, and two nodes may hold two: the article has no rule against it.
"""

import argparse
import json
import os
import sys
from time import monotonic
from uuid import uuid4

from twisted.internet import reactor
from twisted.internet.endpoints import TCP4ClientEndpoint, TCP4ServerEndpoint, connectProtocol
from twisted.internet.error import ConnectError
from twisted.internet.interfaces import IReadDescriptor
from twisted.internet.main import CONNECTION_DONE
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.task import LoopingCall
from twisted.protocols.basic import LineOnlyReceiver
from zope.interface import implementer

# The article's two types of peer.
DIALLED = 1
ACCEPTED = 2

# A peer is passed on while its last pong is younger than this.
FRESH_SECONDS = 240

# The article dials its bootstrap list once; a test that starts the dialler first needs another try.
BOOTSTRAP_RETRY_SECONDS = 0.5


def stop():
    if reactor.running:
        reactor.stop()


def say(event, **fields):
    try:
        print(json.dumps({"event": event, **fields}), flush=True)
    except BrokenPipeError:
        # Nobody reads us any more. What is still buffered must not fail again when Python exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        stop()


class Conversation:
    """What the two modes have in common. Methods are named as in the article."""

    def __init__(self, node, peertype):
        self.node = node
        self.peertype = peertype
        self.remote_nodeid = None
        self.lastping = None
        self.lc_ping = LoopingCall(self.on_interval)

    def connectionMade(self):
        remote = self.transport.getPeer()
        self.remote_ip = f"{remote.host}:{remote.port}"
        # Where others can reach this peer: a dialled address is known, an accepted one has yet to tell.
        self.listening_ip = self.remote_ip if self.peertype == DIALLED else None
        if self.peertype == DIALLED:
            self.send_hello()

    def connectionLost(self, reason):
        if self.lc_ping.running:
            self.lc_ping.stop()
        self.node.left(self)
        say("lost", nodeid=self.remote_nodeid, type=self.peertype, address=self.remote_ip)

    def dataReceived(self, data):
        try:
            self.receive(data)
        except Exception as problem:
            # Twisted itself drops a connection whose dataReceived raises; we also tell the test.
            say("error", nodeid=self.remote_nodeid, text=f"{problem!r} in {data[:200]!r}")
            self.transport.loseConnection()

    def send(self, msgtype, **fields):
        self.transport.write(json.dumps({"msgtype": msgtype, **fields}).encode("ascii") + b"\n")

    def send_hello(self):
        self.send("hello", nodeid=self.node.nodeid)

    def send_ping(self):
        self.send("ping")

    def send_getaddr(self):
        self.send("getaddr")

    def handle(self, msgtype, message):
        if msgtype == "ping":
            self.send("pong")
        elif msgtype == "pong":
            self.lastping = monotonic()
            say("pong", nodeid=self.remote_nodeid)
        elif msgtype == "getaddr":
            self.send_addr()
        elif msgtype == "addr":
            self.handle_addr(message)

    def handle_addr(self, message):
        # Anything but a pair of "ip:port" and an id raises here, before the first dial.
        entries = []
        for remote_ip, remote_nodeid in message["peers"]:
            host, port = remote_ip.split(":")
            entries.append((host, int(port), remote_nodeid))
        say("addr", nodeid=self.remote_nodeid, peers=message["peers"])
        for host, port, remote_nodeid in entries:
            self.handle_entry(host, port, remote_nodeid)

    def is_myself(self, nodeid):
        if nodeid != self.node.nodeid:
            return False
        say("self", text="Connected to myself.")
        self.transport.loseConnection()
        return True

    def introduce(self, nodeid):
        """The hello has come: from here on it is a peer."""
        self.remote_nodeid = nodeid
        self.node.joined(self)
        say("peer", nodeid=nodeid, type=self.peertype, address=self.remote_ip)
        self.lc_ping.start(self.node.ping_seconds)
        self.send_addr(mine=True)
        self.send_getaddr()


class Corrected(Conversation, LineOnlyReceiver):
    """The article as it was meant."""

    delimiter = b"\n"
    MAX_LENGTH = 64 * 1024

    def receive(self, data):
        LineOnlyReceiver.dataReceived(self, data)

    def lineReceived(self, line):
        line = line.strip()
        if not line:
            return
        message = json.loads(line)
        msgtype = message["msgtype"]
        if msgtype == "hello":
            self.handle_hello(message)
        elif self.remote_nodeid is not None:
            self.handle(msgtype, message)

    def handle_hello(self, hello):
        if self.remote_nodeid is not None or self.is_myself(hello["nodeid"]):
            return
        if self.peertype == ACCEPTED:
            self.send_hello()
        self.introduce(hello["nodeid"])

    def on_interval(self):
        self.send_ping()
        # Asked once only, two nodes that join at the same moment might never hear of each other.
        if self.lastping is not None:
            self.send_getaddr()

    def send_addr(self, mine=False):
        if mine:
            # An outgoing connection has a port nobody can dial: ours is the listener's.
            peers = [(f"{self.transport.getHost().host}:{self.node.port}", self.node.nodeid)]
        else:
            # One entry for each node, however many connections we have to it.
            fresh = {peer.remote_nodeid: peer.listening_ip for peer in self.node.fresh() if peer.listening_ip}
            peers = [(listening_ip, nodeid) for nodeid, listening_ip in fresh.items() if nodeid != self.remote_nodeid]
        self.send("addr", peers=peers)

    def handle_entry(self, host, port, nodeid):
        if nodeid == self.remote_nodeid:
            self.listening_ip = self.listening_ip or f"{host}:{port}"
        elif nodeid != self.node.nodeid and nodeid not in self.node.peers:
            self.node.dial_once(host, port)


class Literal(Conversation, Protocol):
    """The article's last listing, its typing slips mended and nothing else: a peer must get along with all of this."""

    state = "HELLO"

    def receive(self, data):
        # Every chunk is taken for whole lines, and the first line for a hello.
        for line in data.splitlines():
            message = json.loads(line.strip())
            msgtype = message["msgtype"]
            if self.state == "HELLO" or msgtype == "hello":
                self.handle_hello(message)
                self.state = "READY"
            else:
                self.handle(msgtype, message)

    def handle_hello(self, hello):
        # Never answered. A second hello fails, as the ping loop is running already.
        nodeid = hello["nodeid"]
        if not self.is_myself(nodeid):
            self.introduce(nodeid)

    def on_interval(self):
        self.send_ping()

    def send_addr(self, mine=False):
        if mine:
            # A bare string and not a pair; where we dialled, with the port of the outgoing connection.
            host_ip = self.transport.getHost()
            peers = [f"{host_ip.host}:{host_ip.port}"]
        else:
            peers = [(peer.remote_ip, peer.remote_nodeid) for peer in self.node.fresh() if peer.peertype == DIALLED]
        self.send("addr", peers=peers)

    def handle_entry(self, host, port, nodeid):
        if nodeid not in self.node.peers:
            self.node.dial(host, port)


class Node(Factory):
    def __init__(self, conversation, ping_seconds):
        self.conversation = conversation
        self.ping_seconds = ping_seconds
        self.nodeid = str(uuid4())
        self.port = None
        # Node id -> its connections. An id leaves with its last connection, not with the first that ends.
        self.peers = {}
        # Addresses dialled that have not yet said hello.
        self.dialling = set()

    def buildProtocol(self, addr):
        return self.conversation(self, ACCEPTED)

    def listening(self, listener):
        self.port = listener.getHost().port
        say("listening", port=self.port, nodeid=self.nodeid)

    def joined(self, peer):
        self.dialling.discard(peer.remote_ip)
        self.peers.setdefault(peer.remote_nodeid, []).append(peer)

    def left(self, peer):
        self.dialling.discard(peer.remote_ip)
        connections = self.peers.get(peer.remote_nodeid, [])
        if peer in connections:
            connections.remove(peer)
            if not connections:
                del self.peers[peer.remote_nodeid]

    def fresh(self):
        oldest = monotonic() - FRESH_SECONDS
        return [
            peer
            for connections in self.peers.values()
            for peer in connections
            if peer.lastping is not None and peer.lastping > oldest
        ]

    def dial(self, host, port, again=False):
        address = f"{host}:{port}"
        self.dialling.add(address)

        def failed(failure):
            self.dialling.discard(address)
            failure.trap(ConnectError)
            say("refused", address=address, text=failure.getErrorMessage())
            if again:
                reactor.callLater(BOOTSTRAP_RETRY_SECONDS, self.dial, host, port, again)

        d = connectProtocol(TCP4ClientEndpoint(reactor, host, port), self.conversation(self, DIALLED))
        d.addErrback(failed)
        d.addErrback(lambda failure: say("error", nodeid=None, text=f"dial {address}: {failure.getErrorMessage()}"))

    def dial_once(self, host, port):
        if f"{host}:{port}" not in self.dialling:
            self.dial(host, port)


@implementer(IReadDescriptor)
class StandardInput:
    """Whoever started the node holds the other end: when it goes, so do we."""

    def fileno(self):
        return sys.stdin.fileno()

    def doRead(self):
        # A pipe that is closed with nothing left in it skips this and calls connectionLost.
        if not os.read(self.fileno(), 4096):
            return CONNECTION_DONE
        return None

    def connectionLost(self, reason):
        stop()

    def logPrefix(self):
        return "stdin"


def main():
    parser = argparse.ArgumentParser(description="A node of the article's network, on Twisted.")
    parser.add_argument("--listen", type=int, required=True, metavar="PORT")
    parser.add_argument("--bootstrap", action="append", default=[], metavar="HOST:PORT")
    parser.add_argument("--ping", type=float, default=60, metavar="SECONDS")
    parser.add_argument("--literal", action="store_true", help="do what the article's last listing does")
    arguments = parser.parse_args()

    node = Node(Literal if arguments.literal else Corrected, arguments.ping)
    failures = []

    def bootstrap(listener):
        node.listening(listener)
        for entry in arguments.bootstrap:
            host, port = entry.split(":")
            node.dial(host, int(port), again=True)

    def failed(failure):
        failures.append(failure)
        say("error", nodeid=None, text=failure.getErrorMessage())
        # The listener fails before the reactor runs, and a reactor that does not run cannot be stopped.
        reactor.callWhenRunning(stop)

    d = TCP4ServerEndpoint(reactor, arguments.listen, interface="127.0.0.1").listen(node)
    d.addCallback(bootstrap)
    d.addErrback(failed)
    reactor.addReader(StandardInput())
    reactor.run()
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
