package io.github.exactlyonce.inventory.processing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exactlyonce.inventory.InventoryProperties;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

class MessageQueueTest {

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final MessageQueue queue = queueOf(3, DataSize.ofBytes(1000));

    @Test
    void whatDoesNotFitIsDroppedAndCounted() throws InterruptedException {
        for (int i = 0; i < 5; i++) {
            queue.offer(new byte[] {(byte) i});
        }

        assertThat(meters.get("inventory.queue.length").gauge().value()).isEqualTo(3);
        assertThat(meters.get("inventory.queue.dropped").counter().count()).isEqualTo(2);
        assertThat(take()).extracting(message -> message.body()[0]).containsExactly((byte) 0, (byte) 1);
        assertThat(take()).extracting(message -> message.body()[0]).containsExactly((byte) 2);
        assertThat(take()).isEmpty();
    }

    @Test
    void theQueueIsBoundedInBytesToo() throws InterruptedException {
        MessageQueue small = queueOf(1000, DataSize.ofBytes(250));
        for (int i = 0; i < 5; i++) {
            small.offer(new byte[100]);
        }
        assertThat(small.take(Duration.ofMillis(1))).hasSize(2);

        small.offer(new byte[100]);
        assertThat(small.take(Duration.ofMillis(1))).hasSize(1);
    }

    @Test
    void aLongMessageTakesLittleRoom() throws InterruptedException {
        queue.offer(new byte[1_000_000]);

        assertThat(take()).singleElement().satisfies(message -> {
            assertThat(message.isTooLong()).isTrue();
            assertThat(message.size()).isEqualTo(1_000_000);
            assertThat(message.body()).hasSize(100);
        });
    }

    private List<MessageQueue.Message> take() throws InterruptedException {
        return queue.take(Duration.ofMillis(1));
    }

    private MessageQueue queueOf(int capacity, DataSize memory) {
        return new MessageQueue(
                new InventoryProperties(
                        "r",
                        Duration.ofDays(1),
                        1000,
                        100,
                        new InventoryProperties.Lock(true, Duration.ofSeconds(1)),
                        new InventoryProperties.Queue(capacity, memory, DataSize.ofBytes(100), 2),
                        new InventoryProperties.Subscription(Duration.ofSeconds(1), Duration.ofSeconds(3)),
                        new InventoryProperties.Audit(Duration.ofMinutes(1))),
                meters);
    }
}
