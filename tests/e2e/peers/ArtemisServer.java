// SPDX-License-Identifier: Apache-2.0
// ArtemisServer PORT: ActiveMQ Artemis for AMQP 1.0, with queues that come into being with their first message and are kept in
// memory. Ends with its input.
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;

public final class ArtemisServer {
  public static void main(String[] arguments) throws Exception {
    var queues = new AddressSettings()
        .setDefaultAddressRoutingType(RoutingType.ANYCAST)
        .setDefaultQueueRoutingType(RoutingType.ANYCAST);
    var server = new EmbeddedActiveMQ();
    server.setConfiguration(new ConfigurationImpl()
        .setPersistenceEnabled(false)
        .setSecurityEnabled(false)
        .addAddressSetting("#", queues)
        .addAcceptorConfiguration("amqp", "tcp://127.0.0.1:" + arguments[0] + "?protocols=AMQP"));
    server.start();
    while (System.in.read() >= 0) {
    }
    server.stop();
  }
}
