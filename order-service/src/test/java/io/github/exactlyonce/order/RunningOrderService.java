package io.github.exactlyonce.order;

import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** A service that a test starts by itself, where the state of Redis at the start matters. */
record RunningOrderService(ConfigurableApplicationContext context) implements AutoCloseable {

    static RunningOrderService start(int redisPort, String... arguments) {
        List<String> all = new ArrayList<>(List.of("--server.port=0", "--spring.data.redis.port=" + redisPort));
        all.addAll(List.of(arguments));
        return new RunningOrderService(
                new SpringApplicationBuilder(OrderServiceApplication.class).run(all.toArray(String[]::new)));
    }

    int port() {
        return context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
    }

    OrdersClient client() {
        return new OrdersClient(port());
    }

    @Override
    public void close() {
        context.close();
    }
}
