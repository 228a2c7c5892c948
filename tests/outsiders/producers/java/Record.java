import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.core.message.Encoding;
import io.cloudevents.jackson.JsonCloudEventData;
import io.cloudevents.jackson.JsonFormat;
import io.cloudevents.kafka.CloudEventSerializer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** What the Java SDK makes of an event: a line of JSON for each way to call it. */
public class Record {
  public static void main(String[] arguments) throws Exception {
    ObjectMapper json = new ObjectMapper();
    byte[] given = System.in.readAllBytes();
    CloudEvent plain = new JsonFormat().deserialize(given);
    JsonNode data = json.readTree(given).get("data");
    for (String way : List.of("node", "bytes")) {
      CloudEventBuilder builder = CloudEventBuilder.from(plain).withExtension("partitionkey", "story-1");
      CloudEvent event =
          way.equals("node")
              ? builder.withData(JsonCloudEventData.wrap(data)).build()
              : builder.withData(json.writeValueAsBytes(data)).build();
      for (String mode : List.of("binary", "structured")) {
        CloudEventSerializer serializer = new CloudEventSerializer();
        Map<String, Object> options = new LinkedHashMap<>();
        options.put(CloudEventSerializer.ENCODING_CONFIG, Encoding.valueOf(mode.toUpperCase()));
        if (mode.equals("structured")) {
          options.put(CloudEventSerializer.EVENT_FORMAT_CONFIG, JsonFormat.CONTENT_TYPE);
        }
        serializer.configure(options, false);
        RecordHeaders headers = new RecordHeaders();
        byte[] value = serializer.serialize("topic", headers, event);
        List<List<Object>> told = new ArrayList<>();
        headers.forEach(header -> told.add(List.of(header.key(), header.value())));
        Map<String, Object> said = new LinkedHashMap<>();
        said.put("way", way);
        said.put("mode", mode);
        said.put("key", null);
        said.put("value", value);
        said.put("headers", told);
        System.out.println(json.writeValueAsString(said));
      }
    }
  }
}
