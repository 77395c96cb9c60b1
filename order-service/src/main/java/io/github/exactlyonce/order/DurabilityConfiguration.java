package io.github.exactlyonce.order;

import io.github.exactlyonce.contracts.redis.Pipelines;
import io.github.exactlyonce.contracts.redis.Shards;
import io.github.exactlyonce.contracts.redis.Wait;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Threads and connections of its own for each level: waiting for a disk holds up nobody who waits for a replica. */
@Configuration(proxyBeanMethods = false)
class DurabilityConfiguration {

    @Bean
    GroupCommit replicaCommits(PlaceOrder script, OrderProperties properties, Pipelines pipelines, Shards shards) {
        Wait wait = Wait.forReplicas(properties.durabilityReplicas(), properties.durabilityTimeout());
        return new GroupCommit(Durability.REPLICA, wait, script, properties, pipelines, shards);
    }

    @Bean
    GroupCommit diskCommits(PlaceOrder script, OrderProperties properties, Pipelines pipelines, Shards shards) {
        return new GroupCommit(
                Durability.DISK, Wait.forDisk(properties.durabilityTimeout()), script, properties, pipelines, shards);
    }
}
