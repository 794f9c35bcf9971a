package millrace.conformance;

import java.io.Serializable;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.flink.api.common.eventtime.BoundedOutOfOrdernessWatermarks;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.streaming.runtime.watermarkstatus.StatusWatermarkValve;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.binary.BinaryRowData;
import org.apache.flink.table.data.writer.BinaryRowWriter;

/**
 * The worked examples that SQL does not reach, given to Flink's own classes: watermark generators, the valve that puts the watermarks of channels together, key groups, and the lateness that the DataStream API allows. One
 * line for each, {@code NAME: answer}; docs/flink-facts.md has them.
 */
public final class WorkedExamples {
  private WorkedExamples() {}

  public static void main(String[] arguments) throws Exception {
    say("WM-1", generator());
    say("WM-3", valve("A 5", "B 3", "B idle", "A 7", "B active", "B 6", "A 9", "B 10", "A 12"));
    say("WM-4", valve("A 5", "B 8", "B idle", "A idle"));
    say("WIN-1", windowStarts());
    say("WIN-6", allowedLateness());
    say("KG-1 integers", keyGroups(0, 1, 2, 3, 7, 42, 100, 1000));
    say("KG-1 longs", keyGroups(0L, 1L, 2L, 3L, 7L, 42L, 100L, 1000L));
    say("KG-1 strings", keyGroups("a", "A", "b", "key1", "hello"));
    say("KG-1 rows of BIGINT", keyGroups(Arrays.stream(new long[] {0, 1, 2, 3, 7, 42, 1000, 1001, 2001}).mapToObj(WorkedExamples::row).toArray()));
    say("KG-1 rows of STRING", keyGroups(Arrays.stream(new String[] {"a", "A", "apple", "Google", "channel-1"}).map(WorkedExamples::row).toArray()));
    say("KG-2", IntStream.of(1, 85, 86, 170, 171, 1000, 30000).mapToObj(p -> p + " " + KeyGroupRangeAssignment.computeDefaultMaxParallelism(p)).collect(Collectors.joining(", ")));
    say("KG-3", IntStream.range(0, 3).mapToObj(i -> range(KeyGroupRangeAssignment.computeKeyGroupRangeForOperatorIndex(128, 3, i))).collect(Collectors.joining(", ")));
  }

  private static void say(String name, String answer) {
    System.out.println(name + ": " + answer);
  }

  private static String generator() {
    BoundedOutOfOrdernessWatermarks<Long> generator = new BoundedOutOfOrdernessWatermarks<>(Duration.ofMillis(2000));
    List<String> emitted = new ArrayList<>();
    WatermarkOutput output = new Collected(emitted);
    for (long ts : new long[] {10000, 9000, 13000}) {
      generator.onEvent(ts, ts, output);
      generator.onPeriodicEmit(output);
    }
    return String.join(", ", emitted);
  }

  private static final class Collected implements WatermarkOutput {
    private final List<String> emitted;

    Collected(List<String> emitted) {
      this.emitted = emitted;
    }

    @Override
    public void emitWatermark(Watermark watermark) {
      emitted.add(String.valueOf(watermark.getTimestamp()));
    }

    @Override
    public void markIdle() {
      emitted.add("idle");
    }

    @Override
    public void markActive() {
      emitted.add("active");
    }
  }

  /** What the valve of two channels gives after each event. */
  private static String valve(String... events) throws Exception {
    StatusWatermarkValve valve = new StatusWatermarkValve(2);
    List<String> given = new ArrayList<>();
    Class<?> output = Class.forName("org.apache.flink.streaming.runtime.io.PushingAsyncDataInput$DataOutput");
    Object collecting =
        Proxy.newProxyInstance(output.getClassLoader(), new Class<?>[] {output}, (proxy, method, values) -> {
          if (method.getName().equals("emitWatermark") && values[0] instanceof org.apache.flink.streaming.api.watermark.Watermark) {
            given.add("W=" + ((org.apache.flink.streaming.api.watermark.Watermark) values[0]).getTimestamp());
          } else if (method.getName().equals("emitWatermarkStatus")) {
            given.add(((WatermarkStatus) values[0]).isIdle() ? "IDLE" : "ACTIVE");
          }
          return null;
        });
    List<String> told = new ArrayList<>();
    for (String event : events) {
      String[] words = event.split(" ");
      int channel = words[0].charAt(0) - 'A';
      given.clear();
      boolean isStatus = words[1].equals("idle") || words[1].equals("active");
      Object what = isStatus ? (words[1].equals("idle") ? WatermarkStatus.IDLE : WatermarkStatus.ACTIVE) : new org.apache.flink.streaming.api.watermark.Watermark(Long.parseLong(words[1]));
      StatusWatermarkValve.class.getMethod(isStatus ? "inputWatermarkStatus" : "inputWatermark", what.getClass(), int.class, output).invoke(valve, what, channel, collecting);
      told.add(event + " → " + (given.isEmpty() ? "–" : String.join(" ", given)));
    }
    return String.join("; ", told);
  }

  private static String windowStarts() {
    long[][] asked = {{0, 0, 10}, {-1, 0, 10}, {-10, 0, 10}, {12, 3, 10}, {2, 3, 10}, {1625011204000L, -240000, 600000}};
    return Arrays.stream(asked).map(one -> {
      long start = TimeWindow.getWindowStartWithOffset(one[0], one[1], one[2]);
      return one[0] + " offset " + one[1] + " [" + start + "," + (start + one[2]) + ")";
    }).collect(Collectors.joining("; "));
  }

  /** A row of a time and a value, or a watermark behind it. */
  public static final class Event implements Serializable {
    private static final long serialVersionUID = 1L;
    public long ts;
    public int value;
    public boolean isWatermark;

    public Event() {}

    Event(long ts, int value, boolean isWatermark) {
      this.ts = ts;
      this.value = value;
      this.isWatermark = isWatermark;
    }
  }

  private static final class Punctuated implements WatermarkGenerator<Event> {
    @Override
    public void onEvent(Event event, long ts, WatermarkOutput output) {
      if (event.isWatermark) {
        output.emitWatermark(new Watermark(event.ts));
      }
    }

    @Override
    public void onPeriodicEmit(WatermarkOutput output) {}
  }

  /** Tumbling windows of 10, lateness 5, a running sum: every firing. */
  private static String allowedLateness() throws Exception {
    StreamExecutionEnvironment environment = StreamExecutionEnvironment.createLocalEnvironment(1, new Configuration());
    List<String> fired = new ArrayList<>();
    List<Event> events = List.of(new Event(3, 1, false), new Event(9, 0, true), new Event(4, 2, false), new Event(14, 0, true), new Event(5, 4, false));
    environment
        .fromData(events, Types.POJO(Event.class))
        .assignTimestampsAndWatermarks(WatermarkStrategy.<Event>forGenerator(context -> new Punctuated()).withTimestampAssigner((event, ts) -> event.ts))
        .filter(event -> !event.isWatermark)
        .keyBy(event -> 0)
        .window(TumblingEventTimeWindows.of(Duration.ofMillis(10)))
        .allowedLateness(Duration.ofMillis(5))
        .reduce((a, b) -> new Event(a.ts, a.value + b.value, false))
        .executeAndCollect()
        .forEachRemaining(event -> fired.add(String.valueOf(event.value)));
    return String.join(", ", fired);
  }

  private static String keyGroups(Object... keys) {
    return Arrays.stream(keys).map(key -> {
      int group = KeyGroupRangeAssignment.assignToKeyGroup(key, 128);
      return group + " at " + KeyGroupRangeAssignment.computeOperatorIndexForKeyGroup(128, 4, group);
    }).collect(Collectors.joining(", "));
  }

  private static BinaryRowData row(long value) {
    BinaryRowData row = new BinaryRowData(1);
    BinaryRowWriter writer = new BinaryRowWriter(row);
    writer.writeLong(0, value);
    writer.complete();
    return row;
  }

  private static BinaryRowData row(String value) {
    BinaryRowData row = new BinaryRowData(1);
    BinaryRowWriter writer = new BinaryRowWriter(row);
    writer.writeString(0, StringData.fromString(value));
    writer.complete();
    return row;
  }

  private static String range(KeyGroupRange range) {
    return range.getStartKeyGroup() + "–" + range.getEndKeyGroup();
  }
}
