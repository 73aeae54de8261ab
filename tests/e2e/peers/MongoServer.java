// SPDX-License-Identifier: Apache-2.0
// MongoServer PORT: a server that speaks MongoDB's protocol and keeps its data in memory. Ends with its input.
public final class MongoServer {
  public static void main(String[] arguments) throws Exception {
    var server =
        new de.bwaldvogel.mongo.MongoServer(new de.bwaldvogel.mongo.backend.memory.MemoryBackend());
    server.bind("127.0.0.1", Integer.parseInt(arguments[0]));
    while (System.in.read() >= 0) {
    }
    server.shutdownNow();
  }
}
