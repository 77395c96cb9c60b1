package io.github.exactlyonce.order;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static io.github.exactlyonce.order.OrdersClient.order;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.order.OrdersClient.Answer;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RepeatingAnOrderTest extends OrderServiceTest {

    @Test
    void theSameOrderAgainIsShownAsItStandsAndAnnouncedOnce() throws InterruptedException {
        client().place(order("again", "001", 2));
        OBSERVED.commands().hset(RedisKeys.order(MAIN, "again"), "status", "CONFIRMED");

        Answer answer = client().place(order("again", "001", 2));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Location")).isEmpty();
        assertThat(answer.text("status")).isEqualTo("CONFIRMED");
        assertThat(OBSERVED.messagesOf("again")).hasSize(1);
    }

    @Test
    void theSameUnitsInOtherLinesAreTheSameOrder() {
        String split =
                "{\"orderId\":\"lines\",\"items\":[{\"id\":\"001\",\"quantity\":1},{\"id\":\"001\",\"quantity\":1}]}";

        assertThat(client().place(order("lines", "001", 2)).status()).isEqualTo(201);
        assertThat(client().place(split).status()).isEqualTo(200);
    }

    @Test
    void theSameIdWithOtherContentIsAConflict() throws InterruptedException {
        client().place(order("taken", "001", 2));

        Answer answer = client().place(order("taken", "001", 3));

        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.text("type")).isEqualTo("urn:exactly-once:problem:order-conflict");
        assertThat(answer.text("detail")).contains("Order taken was placed with other items");
        assertThat(answer.text("orderId")).isEqualTo("taken");
        assertThat(OBSERVED.messagesOf("taken")).hasSize(1);
        assertThat(OBSERVED.commands().hget(RedisKeys.order(MAIN, "taken"), "items"))
                .isEqualTo("001=2");
    }

    @Test
    void fiftyClientsAtOncePlaceItOnce() throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(50);
        try {
            CountDownLatch start = new CountDownLatch(1);
            OrdersClient client = client();
            List<Future<Integer>> answers = Stream.generate(() -> clients.submit(() -> {
                        start.await();
                        return client.place(order("race", "001", 2)).status();
                    }))
                    .limit(50)
                    .toList();
            start.countDown();

            assertThat(answers).extracting(Future::get).containsOnly(201, 200).containsOnlyOnce(201);
            assertThat(OBSERVED.messagesOf("race")).hasSize(1);
            assertThat(OBSERVED.commands().zrange(RedisKeys.jobs(MAIN), 0, -1)).containsOnlyOnce("order race");
        } finally {
            clients.shutdownNow();
        }
    }
}
