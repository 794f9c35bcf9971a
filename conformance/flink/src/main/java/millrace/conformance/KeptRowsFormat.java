package millrace.conformance;

import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.formats.json.JsonFormatFactory;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.format.DecodingFormat;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.factories.DeserializationFormatFactory;
import org.apache.flink.table.factories.DynamicTableFactory;
import org.apache.flink.table.types.DataType;
import org.apache.flink.types.RowKind;

/**
 * The format {@code kept-rows}: lines that the connector of the same name has written. So a topic that one part of a job writes and another reads can be a file.
 *
 * <p>{@code mode} says what the lines are, as the format of the topic would: {@code rows} (json), {@code changes} (debezium-json, which knows no updates: they are a deletion and an insertion), or {@code upserts}
 * (upsert-kafka), for which Flink plans the same ChangelogNormalize.
 */
public final class KeptRowsFormat implements DeserializationFormatFactory {
  private static final ConfigOption<String> MODE = ConfigOptions.key("mode").stringType().noDefaultValue();

  @Override
  public String factoryIdentifier() {
    return "kept-rows";
  }

  @Override
  public Set<ConfigOption<?>> requiredOptions() {
    return Set.of(MODE);
  }

  @Override
  public Set<ConfigOption<?>> optionalOptions() {
    return Set.of();
  }

  @Override
  public DecodingFormat<DeserializationSchema<RowData>> createDecodingFormat(DynamicTableFactory.Context context, ReadableConfig options) {
    String mode = options.get(MODE);
    // As KeptRows writes times.
    DecodingFormat<DeserializationSchema<RowData>> json = new JsonFormatFactory().createDecodingFormat(context, Configuration.fromMap(Map.of("timestamp-format.standard", "ISO-8601")));
    return new DecodingFormat<>() {
      @Override
      public DeserializationSchema<RowData> createRuntimeDecoder(DynamicTableSource.Context runtime, DataType type) {
        return new Reading(json.createRuntimeDecoder(runtime, type), mode);
      }

      @Override
      public ChangelogMode getChangelogMode() {
        switch (mode) {
          case "rows":
            return ChangelogMode.insertOnly();
          case "changes":
            return ChangelogMode.newBuilder().addContainedKind(RowKind.INSERT).addContainedKind(RowKind.UPDATE_BEFORE).addContainedKind(RowKind.UPDATE_AFTER).addContainedKind(RowKind.DELETE).build();
          case "upserts":
            return ChangelogMode.upsert();
          default:
            throw new IllegalArgumentException(mode);
        }
      }
    };
  }

  private static final class Reading implements DeserializationSchema<RowData> {
    private static final long serialVersionUID = 1L;

    private final DeserializationSchema<RowData> json;
    private final String mode;

    Reading(DeserializationSchema<RowData> json, String mode) {
      this.json = json;
      this.mode = mode;
    }

    @Override
    public void open(InitializationContext context) throws Exception {
      json.open(context);
    }

    @Override
    public RowData deserialize(byte[] line) throws IOException {
      RowData row = json.deserialize(Arrays.copyOfRange(line, 3, line.length));
      boolean deletes = line[0] == '-';
      row.setRowKind(deletes ? RowKind.DELETE : mode.equals("upserts") ? RowKind.UPDATE_AFTER : RowKind.INSERT);
      return row;
    }

    @Override
    public boolean isEndOfStream(RowData row) {
      return false;
    }

    @Override
    public TypeInformation<RowData> getProducedType() {
      return json.getProducedType();
    }
  }
}
