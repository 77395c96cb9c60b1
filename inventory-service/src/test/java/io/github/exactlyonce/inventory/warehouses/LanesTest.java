package io.github.exactlyonce.inventory.warehouses;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.Pipeline;
import io.github.exactlyonce.contracts.redis.PipelineWorker;
import io.github.exactlyonce.contracts.redis.Pipelines;
import io.github.exactlyonce.inventory.WithRedis;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

class LanesTest extends WithRedis {

    private static final Warehouse A = new Warehouse("a");
    private static final Warehouse B = new Warehouse("b");
    private static final Warehouse C = new Warehouse("c");

    @Autowired
    private Pipelines pipelines;

    private Lanes<Idle> lanes;

    @BeforeEach
    void open() {
        lanes = new Lanes<>(its -> new Idle(its, pipelines));
        lanes.open();
    }

    @AfterEach
    void close() {
        lanes.close();
    }

    @Test
    void theWarehousesOfOneShardHaveOneWorkerAndThoseOfAnotherHaveAnother() {
        lanes.arrange(Map.of(A, "1", B, "1", C, "2"));

        assertThat(lanes.workers()).hasSize(2).allMatch(PipelineWorker::isRunning);
        assertThat(lanes.of(A)).isSameAs(lanes.of(B)).isNotSameAs(lanes.of(C));
        assertThat(lanes.of(A).its.get()).containsExactly(A, B);
        assertThat(lanes.of(C).its.get()).containsExactly(C);
        assertThat(lanes.of(new Warehouse("d"))).isNull();
    }

    @Test
    void aWarehouseThatMovesGetsAnotherWorkerAndAShardWithoutAnyLosesItsOwn() {
        lanes.arrange(Map.of(A, "1", B, "2"));
        Idle first = lanes.of(A);
        Idle second = lanes.of(B);

        lanes.arrange(Map.of(A, "1", B, "1"));

        assertThat(lanes.of(B)).isSameAs(first);
        assertThat(first.its.get()).containsExactly(A, B);
        assertThat(first.woken).as("it is told").isPositive();
        assertThat(lanes.workers()).containsExactly(first);
        await().atMost(DEADLINE).until(() -> !second.isRunning());
        assertThat(first.isRunning()).isTrue();
    }

    @Test
    void afterTheEndNothingIsOpenedUntilThereIsANewBeginning() {
        lanes.arrange(Map.of(A, "1"));
        Idle last = lanes.of(A);

        lanes.close();
        lanes.arrange(Map.of(A, "1"));

        assertThat(last.isRunning()).isFalse();
        assertThat(lanes.of(A)).isNull();
        assertThat(lanes.workers()).isEmpty();

        lanes.open();
        lanes.arrange(Map.of(A, "1"));
        assertThat(lanes.of(A)).isNotSameAs(last).matches(PipelineWorker::isRunning);
    }

    private static final class Idle extends PipelineWorker {

        final Supplier<Set<Warehouse>> its;
        volatile int woken;
        private final Semaphore wakes = new Semaphore(0);

        Idle(Supplier<Set<Warehouse>> its, Pipelines pipelines) {
            super("idle", pipelines);
            this.its = its;
        }

        @Override
        protected void work(Pipeline pipeline) throws InterruptedException {
            while (isRunning()) {
                wakes.acquire();
            }
        }

        @Override
        public void wakeUp() {
            woken++;
            wakes.release();
        }
    }
}
