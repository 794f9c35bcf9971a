package millrace.conformance;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.table.gateway.SqlGateway;
import org.apache.flink.table.gateway.service.context.DefaultContext;
import org.apache.flink.table.gateway.service.session.SessionManager;

/**
 * A whole Flink in one JVM: a JobManager and a TaskManager (Flink's MiniCluster) and the SQL Gateway in front of them.
 *
 * <p>Everything is told by {@code key=value} arguments, which become Flink's configuration; only the number of slots is ours. The gateway submits to the
 * cluster over REST, so a statement goes the way it goes in production. One line {@code READY} is printed when both servers answer. The process ends
 * when its standard input does, so that no Flink outlives the runner that started it, however that runner ended.
 */
public final class OneJvmFlink {
  private static final String SLOTS = "slots=";

  private OneJvmFlink() {}

  public static void main(String[] arguments) throws Exception {
    Map<String, String> settings = new TreeMap<>();
    int slots = 1;
    for (String argument : arguments) {
      int equals = argument.indexOf('=');
      if (equals < 1) {
        throw new IllegalArgumentException("Expected key=value, found " + argument);
      }
      if (argument.startsWith(SLOTS)) {
        slots = Integer.parseInt(argument.substring(SLOTS.length()));
      } else {
        settings.put(argument.substring(0, equals), argument.substring(equals + 1));
      }
    }
    // A gateway's own start script fills this in; one that is made by hand has to be told.
    settings.putIfAbsent("execution.target", "remote");
    Configuration configuration = Configuration.fromMap(settings);

    MiniCluster cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(configuration)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(slots)
                .build());
    cluster.start();
    SqlGateway gateway = new SqlGateway(configuration, SessionManager.create(new DefaultContext(configuration, List.of())));
    gateway.start();
    System.out.println("READY " + cluster.getRestAddress().get());

    while (System.in.read() != -1) {
      // What is written to us means nothing; only the end counts.
    }
    // Orderly shutdown waits for jobs and connections; nothing here is worth waiting for.
    Runtime.getRuntime().halt(0);
  }
}
