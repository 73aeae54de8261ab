// SPDX-License-Identifier: Apache-2.0
// The Java client: as kafka_librdkafka.py, one message at a time. `PORT PAIRS MESSAGES ACKS`.
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

public class KafkaTalk {
  static final String[] TOPICS = {"orders", "audit", "billing.eu", "events_2"};
  static final Map<String, Integer> published = new TreeMap<>();
  static final Map<String, Integer> consumed = new TreeMap<>();

  static synchronized void count(Map<String, Integer> counts, String topic) {
    counts.merge(topic, 1, Integer::sum);
  }

  static Properties properties(String server, String clientId) {
    Properties properties = new Properties();
    properties.put("bootstrap.servers", server);
    properties.put("client.id", clientId);
    properties.put("enable.metrics.push", "false");
    for (String what : new String[] {"key.serializer", "value.serializer"})
      properties.put(what, "org.apache.kafka.common.serialization.StringSerializer");
    for (String what : new String[] {"key.deserializer", "value.deserializer"})
      properties.put(what, "org.apache.kafka.common.serialization.StringDeserializer");
    return properties;
  }

  static void run(String server, int pair, int messages, String acks) {
    TopicPartition place = new TopicPartition(TOPICS[pair % TOPICS.length], pair / TOPICS.length);
    Properties sending = properties(server, "shop");
    sending.put("acks", acks);
    sending.put("linger.ms", "0");
    if (!acks.equals("all")) sending.put("enable.idempotence", "false");
    Properties receiving = properties(server, "ship");
    receiving.put("fetch.max.wait.ms", "200");
    try (KafkaProducer<String, String> producer = new KafkaProducer<>(sending);
        KafkaConsumer<String, String> consumer = new KafkaConsumer<>(receiving)) {
      consumer.assign(List.of(place));
      consumer.seekToEnd(List.of(place));
      consumer.position(place);
      for (int i = 0; i < messages; ++i) {
        producer.send(new ProducerRecord<>(place.topic(), place.partition(), "key-sesame", "value-sesame")).get();
        count(published, place.topic());
        int seen = 0;
        while (seen == 0) seen = consumer.poll(Duration.ofSeconds(60)).count();
        for (; seen > 0; --seen) count(consumed, place.topic());
      }
    } catch (Exception error) {
      error.printStackTrace();
      System.exit(1);
    }
  }

  static String json(Map<String, Integer> counts) {
    List<String> members = new ArrayList<>();
    counts.forEach((topic, count) -> members.add("\"" + topic + "\": " + count));
    return "{" + String.join(", ", members) + "}";
  }

  public static void main(String[] arguments) throws Exception {
    System.out.println("waiting");
    System.in.read();
    List<Thread> threads = new ArrayList<>();
    for (int pair = 0; pair < Integer.parseInt(arguments[1]); ++pair) {
      int number = pair;
      threads.add(new Thread(() -> run("127.0.0.1:" + arguments[0], number, Integer.parseInt(arguments[2]), arguments[3])));
      threads.get(pair).start();
    }
    for (Thread thread : threads) thread.join();
    System.out.println("{\"publish\": " + json(published) + ", \"process\": " + json(consumed) + "}");
    while (System.in.read() >= 0) {}
  }
}
