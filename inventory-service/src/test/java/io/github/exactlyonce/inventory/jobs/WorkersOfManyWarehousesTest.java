package io.github.exactlyonce.inventory.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.inventory.WithRedis;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.test.context.TestPropertySource;

/** Five warehouses share one worker. The poller sleeps for an hour unless it knows of something to do. */
@TestPropertySource(properties = {"inventory.warehouses=a,b,c,d,e", "jobs.workers=1", "jobs.lease=1h"})
class WorkersOfManyWarehousesTest extends WithRedis {

    @Autowired
    private Errands errands;

    @Test
    void everyWarehouseGetsTheWorkerInTheEnd() {
        String[] names = {"a", "b", "c", "d", "e"};
        for (String name : names) {
            IntStream.range(0, 3)
                    .forEach(i -> redis.opsForZSet().add(RedisKeys.jobs(new Warehouse(name)), "errand " + i, 1));
        }
        for (String name : names) {
            redis.convertAndSend(RedisKeys.jobUpdates(new Warehouse(name)), "0");
        }
        await().atMost(DEADLINE).until(() -> errands.done.size() == 1);
        assertThat(errands.done).hasSize(1);
        errands.mayEnd.release(100);

        await().atMost(DEADLINE).until(() -> errands.done.size() == 15);

        assertThat(errands.done).doesNotHaveDuplicates();
        assertThat(errands.done.stream().limit(10).map(job -> job.warehouse().name()))
                .as("none waits until another has nothing left to do")
                .contains(names);
    }

    static final class Errands implements JobHandler.AtLeastOnce {

        final Queue<Job> done = new ConcurrentLinkedQueue<>();
        final Semaphore mayEnd = new Semaphore(0);

        @Override
        public String kind() {
            return "errand";
        }

        @Override
        public void work(Job job) throws Exception {
            done.add(job);
            mayEnd.acquire();
        }
    }

    @TestConfiguration
    static class Kinds {
        @Bean
        Errands errands() {
            return new Errands();
        }
    }
}
