package io.github.exactlyonce.testbed.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exactlyonce.contracts.OrderItem;
import io.github.exactlyonce.contracts.OrderItems;
import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.testbed.load.Order;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BooksTest {

    private static final Cpu NOT_MEASURED = new Cpu(0, 0, 0, 0, 0);
    private static final Order ORDER = new Order("29", new OrderItems(List.of(new OrderItem("001", 2))));

    private final RedisProcess redis = RedisProcess.start();
    private final Books books = new Books(redis.port(), Duration.ZERO);

    @AfterEach
    void close() {
        books.close();
        redis.close();
    }

    @Test
    void anOrderThatIsDoneOnceIsNoViolation() throws InterruptedException {
        settleOnce();

        assertThat(books.violations()).isEmpty();
    }

    @Test
    void aLateCopyAfterTheLastTurnIsAViolation() throws InterruptedException {
        settleOnce();

        takeUnits();

        assertThat(books.violations())
                .containsExactly(
                        "This project lost or repeated orders, among them 29 (an effect after its turn).",
                        "This project's stock is not what the orders leave of it: 2 units are wrong.");
    }

    @Test
    void aLateCopyThatComesBetweenTwoTurnsCountsInTheSecond() throws InterruptedException {
        settleOnce();

        takeUnits();
        books.begin();

        assertThat(books.settle(List.of(), () -> NOT_MEASURED).outcome().extraEffects())
                .isEqualTo(1);
    }

    private void settleOnce() throws InterruptedException {
        books.stockUp(List.of("001"));
        books.begin();
        takeUnits();
        assertThat(books.settle(List.of(ORDER), () -> NOT_MEASURED).outcome().isExact())
                .isTrue();
    }

    private void takeUnits() {
        books.redis().hincrby(Contender.STOCK, "001", -2);
        books.redis().xadd(Contender.LEDGER, Map.of("id", "29", "units", "001=-2"));
    }
}
