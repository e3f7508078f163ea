import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.json.JsonConverter;
import org.apache.kafka.connect.storage.Converter;
import org.apache.kafka.connect.storage.StringConverter;

/**
 * Notes what Kafka Connect's own converters do with the inputs of cases.json. From the top folder, after `npm run demo`
 * or the integration tests have fetched Kafka into .cache:
 *
 *   java -Xss64m -cp ".cache/kafka-4.3.1/libs/*" test/functions/connect/converters/observed/Observe.java
 */
public class Observe {
  static final ObjectMapper JSON = new ObjectMapper();

  public static void main(String[] arguments) throws Exception {
    File folder = new File("test/functions/connect/converters/observed");
    ArrayNode observed = JSON.createArrayNode();
    for (JsonNode input : JSON.readTree(new File(folder, "cases.json"))) observed.add(observe(input));
    String lines = observed.valueStream().map(Observe::line).collect(Collectors.joining(",\n  "));
    java.nio.file.Files.writeString(new File(folder, "observed.json").toPath(), "[\n  " + lines + "\n]\n");
  }

  static ObjectNode observe(JsonNode input) {
    ObjectNode observed = input.deepCopy();
    byte[] bytes = input.has("hex")
        ? HexFormat.of().parseHex(input.get("hex").asText())
        : input.get("text").asText().getBytes(StandardCharsets.UTF_8);
    SchemaAndValue data;
    try {
      data = json(input.get("read")).toConnectData("t", bytes);
    } catch (DataException error) {
      // what follows is in the words of a parser
      boolean isOwn = error.getCause() == null;
      return observed.put("refused", isOwn ? error.getMessage() : "");
    }
    Schema schema = data.schema();
    observed.set("schema", schema == null ? null : new JsonConverter() {{ configure(Map.of(), false); }}.asJsonSchema(schema));
    observed.put("value", show(data.value()));
    for (JsonNode write : input.path("write")) {
      Converter converter = write.has("string") ? string(write) : json(write.path("json"));
      ObjectNode result = observed.withArray("written").addObject();
      try {
        byte[] written = converter.fromConnectData("t", schema, data.value());
        result.put("hex", written == null ? null : HexFormat.of().formatHex(written));
      } catch (DataException error) {
        result.put("refused", error.getMessage());
      }
    }
    return observed;
  }

  static String line(JsonNode node) {
    try {
      return JSON.writer().with(JsonWriteFeature.ESCAPE_NON_ASCII).writeValueAsString(node);
    } catch (com.fasterxml.jackson.core.JsonProcessingException error) {
      throw new AssertionError(error);
    }
  }

  static Converter json(JsonNode properties) {
    JsonConverter converter = new JsonConverter();
    converter.configure(JSON.convertValue(properties, Map.class), false);
    return converter;
  }

  static Converter string(JsonNode write) {
    StringConverter converter = new StringConverter();
    converter.configure(JSON.convertValue(write.get("string"), Map.class), false);
    return converter;
  }

  /** One notation for all types, which the test has too. */
  static String show(Object value) {
    if (value == null) return "null";
    if (value instanceof String text) return "'" + text + "'";
    if (value instanceof Boolean) return value.toString();
    if (value instanceof Byte) return "int8 " + value;
    if (value instanceof Short) return "int16 " + value;
    if (value instanceof Integer) return "int32 " + value;
    if (value instanceof Long) return "int64 " + value;
    if (value instanceof Float number) return "float32 " + Integer.toHexString(Float.floatToIntBits(number));
    if (value instanceof Double number) return "float64 " + Long.toHexString(Double.doubleToLongBits(number));
    if (value instanceof byte[] bytes) return "bytes " + HexFormat.of().formatHex(bytes);
    if (value instanceof BigDecimal number) return "decimal " + number.unscaledValue() + " " + number.scale();
    if (value instanceof java.util.Date date) return "date " + date.getTime();
    if (value instanceof List<?> list) return list.stream().map(Observe::show).collect(Collectors.joining(", ", "[", "]"));
    if (value instanceof Map<?, ?> map)
      return map.entrySet().stream().map(entry -> show(entry.getKey()) + ": " + show(entry.getValue())).sorted()
          .collect(Collectors.joining(", ", "map {", "}"));
    Struct struct = (Struct) value;
    return struct.schema().fields().stream().map((Field field) -> show(field.name()) + ": " + show(struct.getWithoutDefault(field.name())))
        .collect(Collectors.joining(", ", "struct {", "}"));
  }
}
