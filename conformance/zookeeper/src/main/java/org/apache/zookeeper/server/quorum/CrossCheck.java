package org.apache.zookeeper.server.quorum;

import java.io.File;
import java.lang.reflect.Method;
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
import org.apache.zookeeper.data.Stat;
import org.apache.zookeeper.server.ExpiryQueue;
import org.apache.zookeeper.server.NIOServerCnxnFactory;
import org.apache.zookeeper.server.ServerCnxnFactory;
import org.apache.zookeeper.server.ZooKeeperServer;
import org.apache.zookeeper.server.quorum.flexible.QuorumMaj;
import org.apache.zookeeper.server.quorum.flexible.QuorumVerifier;

/**
 * Asks a real ZooKeeper: the order of votes, how session deadlines are rounded, and what a client with watches is answered step by step. Prints one JSON document. Stands in this package because
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

    private static void steps(StringBuilder out, Path script) throws Exception {
        File data = Files.createTempDirectory("crosscheck").toFile();
        System.setProperty("zookeeper.extendedTypesEnabled", "true");
        System.setProperty("zookeeper.admin.enableServer", "false");
        ZooKeeperServer server = new ZooKeeperServer(data, data, 2000);
        ServerCnxnFactory factory = NIOServerCnxnFactory.createFactory(0, 10);
        factory.startup(server);
        List<String> heard = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch connected = new CountDownLatch(1);
        Watcher watcher = (WatchedEvent event) -> {
            if (event.getType() == Watcher.Event.EventType.None) connected.countDown();
            else heard.add(event.getType() + " " + event.getPath());
        };
        ZooKeeper client = new ZooKeeper("127.0.0.1:" + factory.getLocalPort(), 10000, watcher);
        connected.await();
        out.append("\"steps\": [\n");
        boolean first = true;
        for (String line : Files.readAllLines(script)) {
            if (line.isEmpty() || line.startsWith("#")) continue;
            String answer;
            try {
                answer = ask(client, watcher, line);
            } catch (KeeperException failure) {
                answer = "error " + failure.code().intValue();
            }
            // Events come before the answer to anything asked later; the event thread may still be at it.
            client.exists("/zookeeper", false);
            Thread.sleep(30);
            List<String> events = new ArrayList<>(heard);
            heard.clear();
            out.append(first ? "" : ",\n").append("[\"").append(line).append("\",\"").append(answer).append("\",\"").append(String.join(", ", events)).append("\"]");
            first = false;
        }
        out.append("\n]\n");
        client.close();
        factory.shutdown();
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
