package org.apache.zookeeper.server.quorum;

import java.io.File;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;
import org.apache.zookeeper.data.Stat;
import org.apache.zookeeper.server.ExpiryQueue;
import org.apache.zookeeper.server.NIOServerCnxnFactory;
import org.apache.zookeeper.server.ServerCnxnFactory;
import org.apache.zookeeper.server.ZooKeeperServer;
import org.apache.zookeeper.server.auth.DigestAuthenticationProvider;
import org.apache.zookeeper.server.quorum.flexible.QuorumMaj;
import org.apache.zookeeper.server.quorum.flexible.QuorumVerifier;

/**
 * Asks a real ZooKeeper: the order of votes, how session deadlines are rounded, and what two clients with watches are answered step by step. Prints one JSON document. Stands in this package because
 * the order of votes is a protected method.
 */
public final class CrossCheck {
    public static void main(String[] arguments) throws Exception {
        StringBuilder out = new StringBuilder("{\n");
        out.append("\"version\": \"").append(org.apache.zookeeper.Version.getVersion()).append("\",\n");
        votes(out);
        expiry(out);
        steps(out, Paths.get(arguments[0]));
        out.append("}\n");
        Files.write(Paths.get(arguments[1]), out.toString().getBytes(StandardCharsets.UTF_8));
        System.exit(0);
    }

    /** Small numbers, so that every tie occurs. */
    private static void votes(StringBuilder out) throws Exception {
        QuorumPeer peer = new QuorumPeer() {
            @Override
            public QuorumVerifier getQuorumVerifier() {
                Map<Long, QuorumPeer.QuorumServer> servers = new HashMap<>();
                for (long id = 0; id < 4; id++) servers.put(id, new QuorumPeer.QuorumServer(id, new java.net.InetSocketAddress("127.0.0.1", 1), new java.net.InetSocketAddress("127.0.0.1", 2)));
                return new QuorumMaj(servers);
            }
        };
        FastLeaderElection election = new FastLeaderElection(peer, null);
        out.append("\"votes\": [");
        boolean first = true;
        for (long epoch = 1; epoch < 3; epoch++) for (long zxid = 5; zxid < 7; zxid++) for (long id = 0; id < 3; id++)
            for (long thanEpoch = 1; thanEpoch < 3; thanEpoch++) for (long thanZxid = 5; thanZxid < 7; thanZxid++) for (long thanId = 0; thanId < 3; thanId++) {
                boolean better = election.totalOrderPredicate(id, zxid, epoch, thanId, thanZxid, thanEpoch);
                out.append(first ? "" : ",").append("[").append(epoch).append(",").append(zxid).append(",").append(id).append(",").append(thanEpoch).append(",").append(thanZxid).append(",").append(thanId).append(",").append(better ? 1 : 0).append("]");
                first = false;
            }
        out.append("],\n");
    }

    private static void expiry(StringBuilder out) throws Exception {
        Method round = ExpiryQueue.class.getDeclaredMethod("roundToNextInterval", long.class);
        round.setAccessible(true);
        ExpiryQueue<Object> queue = new ExpiryQueue<>(2000);
        out.append("\"deadlines\": [");
        long[] times = {0, 1, 1999, 2000, 2001, 3999, 4000, 5500, 6000, 12345, 100000};
        for (int i = 0; i < times.length; i++) out.append(i == 0 ? "" : ",").append("[").append(times[i]).append(",").append(round.invoke(queue, times[i])).append("]");
        out.append("],\n");
    }

    private static final int TICK = 500;
    private static final int TIMEOUT = 4000;

    /** One of the two clients of the script: what it hears, and the way to the server. */
    private static final class Client {
        final String prefix;
        final int port;
        final List<String> heard;
        CountDownLatch connected = new CountDownLatch(1);
        final CountDownLatch expired = new CountDownLatch(1);
        final Watcher watcher;
        ZooKeeper zk;

        Client(String prefix, int port, List<String> heard) throws Exception {
            this.prefix = prefix;
            this.port = port;
            this.heard = heard;
            watcher = (WatchedEvent event) -> {
                if (event.getType() != Watcher.Event.EventType.None) heard.add(prefix + event.getType() + " " + event.getPath());
                else if (event.getState() == Watcher.Event.KeeperState.SyncConnected) connected.countDown();
                else if (event.getState() == Watcher.Event.KeeperState.Disconnected) connected = new CountDownLatch(1);
                else if (event.getState() == Watcher.Event.KeeperState.Expired) expired.countDown();
            };
            zk = new ZooKeeper("127.0.0.1:" + port, TIMEOUT, watcher);
            connected.await();
        }

        /** Whatever it was told so far has been heard: events come before the answer to anything asked later; the event thread may still be at it. */
        void settle() throws Exception {
            zk.exists("/zookeeper", false);
            Thread.sleep(30);
        }
    }

    /** The way of the first client to the server, which can be taken away and given back. */
    private static final class Way {
        final ServerSocket door = new ServerSocket(0, 10, InetAddress.getByName("127.0.0.1"));
        final List<Socket> sockets = Collections.synchronizedList(new ArrayList<>());
        volatile boolean open = true;

        Way(int to) throws Exception {
            start(() -> {
                while (true) {
                    Socket near = door.accept();
                    if (!open) {
                        near.close();
                        continue;
                    }
                    Socket far = new Socket("127.0.0.1", to);
                    sockets.add(near);
                    sockets.add(far);
                    start(() -> near.getInputStream().transferTo(far.getOutputStream()));
                    start(() -> far.getInputStream().transferTo(near.getOutputStream()));
                }
            });
        }

        void take() throws Exception {
            open = false;
            for (Socket socket : sockets) socket.close();
            sockets.clear();
        }

        interface Work {
            void go() throws Exception;
        }

        static void start(Work work) {
            Thread thread = new Thread(() -> {
                try {
                    work.go();
                } catch (Exception closed) {
                    // The way was taken.
                }
            });
            thread.setDaemon(true);
            thread.start();
        }
    }

    private static void steps(StringBuilder out, Path script) throws Exception {
        File data = Files.createTempDirectory("crosscheck").toFile();
        System.setProperty("zookeeper.extendedTypesEnabled", "true");
        System.setProperty("zookeeper.admin.enableServer", "false");
        ZooKeeperServer server = new ZooKeeperServer(data, data, TICK);
        ServerCnxnFactory factory = NIOServerCnxnFactory.createFactory(0, 10);
        factory.startup(server);
        Way way = new Way(factory.getLocalPort());
        List<String> heard = Collections.synchronizedList(new ArrayList<>());
        Client first = new Client("", way.door.getLocalPort(), heard);
        Client second = new Client("2: ", factory.getLocalPort(), heard);
        out.append("\"steps\": [\n");
        boolean isFirst = true;
        for (String line : Files.readAllLines(script)) {
            if (line.isEmpty() || line.startsWith("#")) continue;
            String answer;
            try {
                if (line.equals("away")) {
                    way.take();
                    answer = "ok";
                } else if (line.startsWith("expire ")) {
                    answer = expire(first, second, way, line.substring(7));
                } else if (line.equals("back")) {
                    way.open = true;
                    // Which of the two it is the client learns from the server alone.
                    while (first.connected.getCount() > 0 && first.expired.getCount() > 0) Thread.sleep(5);
                    answer = first.expired.getCount() == 0 ? "expired" : "connected";
                    if (answer.equals("expired")) first = new Client("", way.door.getLocalPort(), heard);
                } else {
                    Client client = line.startsWith("2: ") ? second : first;
                    answer = ask(client.zk, client.watcher, line.substring(client.prefix.length()));
                }
            } catch (KeeperException failure) {
                answer = "error " + failure.code().intValue();
            }
            if (way.open) first.settle();
            second.settle();
            List<String> events = new ArrayList<>(heard);
            heard.clear();
            // What is told on reconnecting comes in the order of a hash table.
            if (line.equals("back")) Collections.sort(events);
            out.append(isFirst ? "" : ",\n").append("[\"").append(line).append("\",\"").append(answer).append("\",\"").append(String.join(", ", events)).append("\"]");
            isFirst = false;
        }
        out.append("\n]\n");
        first.zk.close();
        second.zk.close();
        factory.shutdown();
    }

    /** The first client is touched and then cut off: when does its ephemeral go? */
    private static String expire(Client first, Client second, Way way, String path) throws Exception {
        first.zk.exists("/zookeeper", false);
        long touched = System.nanoTime();
        way.take();
        while (second.zk.exists(path, false) != null) Thread.sleep(5);
        long after = (System.nanoTime() - touched) / 1_000_000;
        return after > TIMEOUT && after <= TIMEOUT + TICK * 3 / 2 ? "gone after the timeout, within a tick and a half" : "gone after " + after + " ms";
    }

    private static String ask(ZooKeeper client, Watcher watcher, String line) throws Exception {
        if (line.startsWith("multi ")) {
            List<Op> parts = new ArrayList<>();
            for (String part : line.substring(6).split("; ")) {
                String[] words = part.split(" ");
                if (words[0].equals("create")) parts.add(Op.create(words[1], new byte[0], ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
                else if (words[0].equals("set")) parts.add(Op.setData(words[1], words[2].getBytes(StandardCharsets.UTF_8), -1));
                else if (words[0].equals("delete")) parts.add(Op.delete(words[1], -1));
                else parts.add(Op.check(words[1], Integer.parseInt(words[2])));
            }
            client.multi(parts);
            return "ok";
        }
        String[] words = line.split(" ");
        String path = words[1];
        String last = words[words.length - 1];
        boolean watch = last.equals("watch");
        int version = words.length > 3 && words[words.length - 2].equals("version") ? Integer.parseInt(last) : -1;
        switch (words[0]) {
            case "create": {
                CreateMode mode = last.equals("ephemeral") ? CreateMode.EPHEMERAL : last.equals("sequential") ? CreateMode.PERSISTENT_SEQUENTIAL : last.equals("ephemeralSequential") ? CreateMode.EPHEMERAL_SEQUENTIAL : last.equals("container") ? CreateMode.CONTAINER : CreateMode.PERSISTENT;
                return "ok " + client.create(path, new byte[0], ZooDefs.Ids.OPEN_ACL_UNSAFE, mode);
            }
            case "set":
                return "ok " + stat(client.setData(path, words[2].getBytes(StandardCharsets.UTF_8), version));
            case "delete":
                client.delete(path, version);
                return "ok";
            case "get":
                return "ok " + new String(client.getData(path, watch ? watcher : null, null), StandardCharsets.UTF_8);
            case "exists": {
                Stat stat = client.exists(path, watch ? watcher : null);
                return stat == null ? "error -101" : "ok " + stat(stat);
            }
            case "children": {
                List<String> children = client.getChildren(path, watch ? watcher : null);
                Collections.sort(children);
                return "ok " + String.join(" ", children);
            }
            case "auth":
                client.addAuthInfo("digest", path.getBytes(StandardCharsets.UTF_8));
                return "ok";
            case "acl":
                return "ok " + stat(client.setACL(path, Collections.singletonList(new ACL(ZooDefs.Perms.ALL, new Id("digest", DigestAuthenticationProvider.generateDigest(words[2])))), -1));
            case "addWatch":
                client.addWatch(path, watcher, last.equals("recursive") ? AddWatchMode.PERSISTENT_RECURSIVE : AddWatchMode.PERSISTENT);
                return "ok";
            default:
                throw new IllegalArgumentException(line);
        }
    }

    private static String stat(Stat stat) {
        return "v" + stat.getVersion() + " c" + stat.getCversion() + " n" + stat.getNumChildren();
    }
}
