// SPDX-License-Identifier: Apache-2.0
// MongoTalk.java PORT CONNECTIONS ROUNDS: as mongo_client.js, by the Java driver.
import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.MongoCommandException;
import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bson.Document;

public class MongoTalk {
  static final String SECRET = "s3cr3t-java";
  static final Map<String, Integer> counts = new TreeMap<>();

  static void did(String operation, String collection, Runnable call) {
    String outcome = "0 ";
    try {
      call.run();
    } catch (MongoWriteException error) {
      outcome = "1 " + error.getError().getCode();
    } catch (MongoCommandException error) {
      outcome = "1 " + error.getErrorCode();
    }
    synchronized (counts) {
      counts.merge(operation + " " + collection + " " + outcome, 1, Integer::sum);
    }
  }

  static Document document(int id) {
    return new Document("_id", id).append("name", SECRET);
  }

  static void work(MongoClient client, int number, int rounds) {
    MongoDatabase database = client.getDatabase("shop");
    String name = "receipts" + number;
    String largeName = "large" + number;
    MongoCollection<Document> receipts = database.getCollection(name);
    MongoCollection<Document> large = database.getCollection(largeName);
    for (int round = 0; round < rounds; ++round) {
      int base = round * 100;
      List<Document> documents = new ArrayList<>();
      for (int i = 0; i < 20; ++i) documents.add(document(base + i));
      did("insert", name, () -> receipts.insertMany(documents));
      did("insert", name, () -> receipts.insertOne(document(base))); // a duplicate key
      did("find", name, () -> receipts.find(Filters.eq("_id", base)).limit(1).first());
      List<MongoCursor<Document>> cursors = new ArrayList<>();
      did("find", name, () -> cursors.add(
          receipts.find(Filters.and(Filters.gte("_id", base), Filters.lt("_id", base + 20))).batchSize(12).cursor()));
      for (int i = 0; i < 12; ++i) cursors.get(0).next();
      did("getMore", name, () -> cursors.get(0).next());
      while (cursors.get(0).hasNext()) cursors.get(0).next();
      did("update", name, () -> receipts.updateMany(Filters.eq("name", SECRET), Updates.set("seen", SECRET)));
      did("aggregate", name, () -> receipts.aggregate(List.of(new Document("$match", new Document("_id", base)))).first());
      did("delete", name, () -> receipts.deleteOne(Filters.eq("_id", base + 1)));
      did("frobnicate", "", () -> database.runCommand(new Document("frobnicate", SECRET)));
      did("insert", largeName, () -> large.insertOne(new Document("_id", base).append("blob", SECRET.repeat(10000))));
      did("find", largeName, () -> large.find(Filters.eq("_id", base)).limit(1).first());
    }
  }

  public static void main(String[] arguments) throws Exception {
    int connections = Integer.parseInt(arguments[1]);
    int rounds = Integer.parseInt(arguments[2]);
    System.out.println("waiting");
    System.in.read();
    MongoClientSettings settings = MongoClientSettings.builder()
        .applyConnectionString(new ConnectionString("mongodb://127.0.0.1:" + arguments[0]))
        .applyToConnectionPoolSettings(pool -> pool.maxSize(connections).minSize(connections))
        .build();
    try (MongoClient client = MongoClients.create(settings)) {
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < connections; ++i) {
        int number = i;
        threads.add(new Thread(() -> work(client, number, rounds)));
        threads.get(i).start();
      }
      for (Thread thread : threads) thread.join();
      List<String> members = new ArrayList<>();
      counts.forEach((what, count) -> members.add("\"" + what + "\": " + count));
      System.out.println("{" + String.join(", ", members) + "}");
      while (System.in.read() >= 0) {}
    }
  }
}
