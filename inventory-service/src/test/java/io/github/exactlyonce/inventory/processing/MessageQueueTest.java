package io.github.exactlyonce.inventory.processing;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.exactlyonce.inventory.InventoryProperties;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

class MessageQueueTest {

    private final Counter dropped = new SimpleMeterRegistry().counter("dropped");
    private int lanes = 1;
    private final MessageQueue queue = queueOf(3, DataSize.ofBytes(1000));

    @Test
    void whatDoesNotFitIsDroppedAndCounted() throws InterruptedException {
        for (int i = 0; i < 5; i++) {
            queue.offer(MAIN, new byte[] {(byte) i});
        }

        assertThat(queue.size()).isEqualTo(3);
        assertThat(dropped.count()).isEqualTo(2);
        assertThat(take()).extracting(message -> message.body()[0]).containsExactly((byte) 0, (byte) 1);
        assertThat(take()).extracting(message -> message.body()[0]).containsExactly((byte) 2);
        assertThat(take()).isEmpty();
    }

    @Test
    void theQueueIsBoundedInBytesToo() throws InterruptedException {
        MessageQueue small = queueOf(1000, DataSize.ofBytes(250));
        for (int i = 0; i < 5; i++) {
            small.offer(MAIN, new byte[100]);
        }
        assertThat(small.take(Duration.ofMillis(1))).hasSize(2);

        small.offer(MAIN, new byte[100]);
        assertThat(small.take(Duration.ofMillis(1))).hasSize(1);
    }

    @Test
    void aLongMessageTakesLittleRoom() throws InterruptedException {
        queue.offer(MAIN, new byte[1_000_000]);

        assertThat(take()).singleElement().satisfies(message -> {
            assertThat(message.isTooLong()).isTrue();
            assertThat(message.size()).isEqualTo(1_000_000);
            assertThat(message.body()).hasSize(100);
        });
    }

    private List<MessageQueue.Message> take() throws InterruptedException {
        return queue.take(Duration.ofMillis(1));
    }

    @Test
    void ofTwoQueuesEachTakesHalfOfTheWhole() throws InterruptedException {
        lanes = 2;
        MessageQueue half = queueOf(4, DataSize.ofBytes(1000));

        for (int i = 0; i < 5; i++) {
            half.offer(MAIN, new byte[1]);
        }

        assertThat(half.size()).isEqualTo(2);
        assertThat(dropped.count()).isEqualTo(3);
    }

    private MessageQueue queueOf(int capacity, DataSize memory) {
        return new MessageQueue(
                new InventoryProperties.Queue(capacity, memory, DataSize.ofBytes(100), 2), () -> lanes, dropped);
    }
}
