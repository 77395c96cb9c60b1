package io.github.exactlyonce.order;

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
import io.github.exactlyonce.contracts.security.PublicPaths;
import io.github.exactlyonce.contracts.telemetry.DatadogAddress;
import io.github.exactlyonce.contracts.telemetry.DatadogTags;
import io.github.exactlyonce.contracts.telemetry.HostName;
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
    Pipelines.class,
    Shards.class,
    WarehouseRegistry.class,
    DatadogAddress.class,
    HttpDoor.class
})
public class OrderServiceApplication {
    public static void main(String[] args) {
        if (NewApiKey.isAskedFor(args)) {
            System.exit(NewApiKey.print(System.out, System.err, args));
        }
        SpringApplication.run(OrderServiceApplication.class, args);
    }

    @Bean
    PublicPaths publicPaths() {
        return new PublicPaths("/", ConsoleFiles.PATH);
    }

    /** Part of readiness under this name. */
    @Bean
    RedisRequirements redisRequirements(RedisConnectionFactory connections, OrderProperties properties) {
        return new RedisRequirements(connections, properties.durability() == Durability.DISK);
    }

    @Bean
    DatadogTags datadogTags(Environment environment) {
        return new DatadogTags(environment, HostName.ofThisProcess());
    }
}
