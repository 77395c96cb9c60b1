package io.github.exactlyonce.inventory;

import io.github.exactlyonce.contracts.http.ApiDocuments;
import io.github.exactlyonce.contracts.http.JsonAnswers;
import io.github.exactlyonce.contracts.http.ProblemAdvice;
import io.github.exactlyonce.contracts.http.WarehouseParameter;
import io.github.exactlyonce.contracts.redis.Channels;
import io.github.exactlyonce.contracts.redis.Pipelines;
import io.github.exactlyonce.contracts.redis.RedisClientSettings;
import io.github.exactlyonce.contracts.redis.RedisRequirements;
import io.github.exactlyonce.contracts.redis.Shards;
import io.github.exactlyonce.contracts.redis.WarehouseRegistry;
import io.github.exactlyonce.contracts.security.HttpDoor;
import io.github.exactlyonce.contracts.security.NewApiKey;
import io.github.exactlyonce.contracts.telemetry.DatadogAddress;
import io.github.exactlyonce.contracts.telemetry.DatadogTags;
import java.time.Clock;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.data.redis.connection.RedisConnectionFactory;

@SpringBootApplication
@ConfigurationPropertiesScan
@Import({
    ProblemAdvice.class,
    ApiDocuments.class,
    WarehouseParameter.class,
    JsonAnswers.class,
    RedisClientSettings.class,
    Channels.class,
    WarehouseRegistry.class,
    Pipelines.class,
    Shards.class,
    DatadogAddress.class,
    HttpDoor.class
})
public class InventoryServiceApplication {

    public static void main(String[] args) {
        if (NewApiKey.isAskedFor(args)) {
            System.exit(NewApiKey.print(System.out, System.err, args));
        }
        SpringApplication.run(InventoryServiceApplication.class, args);
    }

    @Bean
    RedisRequirements redisRequirements(RedisConnectionFactory connections) {
        return new RedisRequirements(connections);
    }

    @Bean
    DatadogTags datadogTags(Environment environment, Replica replica) {
        return new DatadogTags(environment, replica.name());
    }

    /** Only for the ages in log lines. What is due is decided by Redis's clock. */
    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }
}
