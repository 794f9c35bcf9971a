package millrace.conformance;

import java.io.BufferedWriter;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.formats.common.TimestampFormat;
import org.apache.flink.formats.json.JsonFormatOptions;
import org.apache.flink.formats.json.RowDataToJsonConverters;
import org.apache.flink.formats.json.RowDataToJsonConverters.RowDataToJsonConverter;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamSink;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.ProviderContext;
import org.apache.flink.table.connector.sink.DataStreamSinkProvider;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.factories.DynamicTableSinkFactory;
import org.apache.flink.table.factories.FactoryUtil;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.types.RowKind;
import org.apache.flink.util.Collector;

/**
 * The connector {@code kept-rows}: every change of a result, in order, as lines of a file: the kind of the change, a blank, and the row as the SQL Gateway would write it.
 *
 * <p>A gateway gives rows of one query of one job. With this sink many programs run as one job, which costs a fraction of a job each. It takes any changes, as a SELECT's own sink does, so
 * that nothing is added to the plan on its behalf; with {@code upserts} it takes what a table with a primary key takes, as upsert-kafka and JDBC do. The format of the same name reads the lines back. One subtask writes; there are no promises about failures, for a job that fails is asked again by itself.
 */
public final class KeptRows implements DynamicTableSinkFactory {
  private static final ConfigOption<String> PATH = ConfigOptions.key("path").stringType().noDefaultValue();
  private static final ConfigOption<Boolean> UPSERTS = ConfigOptions.key("upserts").booleanType().defaultValue(false);

  @Override
  public String factoryIdentifier() {
    return "kept-rows";
  }

  @Override
  public Set<ConfigOption<?>> requiredOptions() {
    return Set.of(PATH);
  }

  @Override
  public Set<ConfigOption<?>> optionalOptions() {
    return Set.of(UPSERTS);
  }

  @Override
  public DynamicTableSink createDynamicTableSink(Context context) {
    FactoryUtil.TableFactoryHelper helper = FactoryUtil.createTableFactoryHelper(this, context);
    helper.validate();
    return new Sink(helper.getOptions().get(PATH), helper.getOptions().get(UPSERTS), context.getPhysicalRowDataType().getLogicalType());
  }

  private static final class Sink implements DynamicTableSink {
    private final String path;
    private final boolean upserts;
    private final LogicalType type;

    Sink(String path, boolean upserts, LogicalType type) {
      this.path = path;
      this.upserts = upserts;
      this.type = type;
    }

    @Override
    public ChangelogMode getChangelogMode(ChangelogMode requested) {
      if (!upserts) {
        return requested;
      }
      return ChangelogMode.newBuilder().addContainedKind(RowKind.INSERT).addContainedKind(RowKind.UPDATE_AFTER).addContainedKind(RowKind.DELETE).build();
    }

    @Override
    public SinkRuntimeProvider getSinkRuntimeProvider(Context context) {
      return new DataStreamSinkProvider() {
        @Override
        public DataStreamSink<?> consumeDataStream(ProviderContext provider, DataStream<RowData> rows) {
          return rows.process(new Writing(path, type)).setParallelism(1).sinkTo(new DiscardingSink<>()).setParallelism(1);
        }
      };
    }

    @Override
    public DynamicTableSink copy() {
      return new Sink(path, upserts, type);
    }

    @Override
    public String asSummaryString() {
      return "kept-rows";
    }
  }

  private static final class Writing extends ProcessFunction<RowData, Integer> {
    private static final long serialVersionUID = 1L;

    private final String path;
    private final RowDataToJsonConverter converter;
    private transient ObjectMapper mapper;
    private transient JsonNode reused;
    private transient BufferedWriter writer;

    Writing(String path, LogicalType type) {
      this.path = path;
      this.converter = converters().createConverter(type);
    }

    @Override
    public void processElement(RowData row, Context context, Collector<Integer> out) throws Exception {
      if (writer == null) {
        mapper = new ObjectMapper();
        writer = Files.newBufferedWriter(Path.of(path));
      }
      if (reused == null) {
        reused = mapper.createObjectNode();
      }
      writer.write(row.getRowKind().shortString());
      writer.write(' ');
      writer.write(mapper.writeValueAsString(converter.convert(mapper, reused, row)));
      writer.write('\n');
    }

    @Override
    public void close() throws IOException {
      if (writer != null) {
        writer.close();
      }
    }

    /** The gateway's own settings. 2.x has a further parameter: whether fields that are NULL are left out. */
    private static RowDataToJsonConverters converters() {
      try {
        Constructor<?> constructor = RowDataToJsonConverters.class.getConstructors()[0];
        Object[] known = {TimestampFormat.ISO_8601, JsonFormatOptions.MapNullKeyMode.LITERAL, "null", false};
        Object[] taken = new Object[constructor.getParameterCount()];
        System.arraycopy(known, 0, taken, 0, taken.length);
        return (RowDataToJsonConverters) constructor.newInstance(taken);
      } catch (ReflectiveOperationException error) {
        throw new IllegalStateException(error);
      }
    }
  }
}
