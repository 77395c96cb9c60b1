package io.github.exactlyonce.testbed;

import static io.github.exactlyonce.testbed.load.Load.FULL_SPEED;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.exactlyonce.contracts.OrderItem;
import io.github.exactlyonce.testbed.audit.AuditReport;
import io.github.exactlyonce.testbed.load.Load;
import io.github.exactlyonce.testbed.load.Order;
import io.github.exactlyonce.testbed.load.Republisher;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Many orders at once, and nothing breaks. */
@ExtendWith(SharedSystem.class)
class OrdersUnderLoadIT {

    @Test
    void twentyThousandOrdersAreEachSettledOnce(TestSystem system) throws InterruptedException {
        Load load = system.place(system.randomOrders("load", 20_000), FULL_SPEED);

        AuditReport report = system.assertEachSettledOnce(load.await());

        assertThat(report.orders()).isGreaterThan(20_000);
        assertThat(report.confirmed()).isPositive();
        assertThat(report.rejected()).as("004 was sold out").isGreaterThan(1_000);
    }

    @Test
    void aThousandOrdersForAHundredUnitsSellExactlyAHundred(TestSystem system) throws InterruptedException {
        system.stock("rare", 100);

        Load load = system.place(
                IntStream.range(0, 1_000)
                        .mapToObj(i -> Order.of("race-" + i, new OrderItem("rare", 1)))
                        .iterator(),
                FULL_SPEED);

        AuditReport report = system.assertEachSettledOnce(load.await());
        int markers = report.orders() - 1_000;
        assertThat(report.confirmed()).isEqualTo(100);
        assertThat(report.rejected()).isEqualTo(900 + markers);
        assertThat(system.redis().hget("stock:{main}", "rare")).isEqualTo("0");
    }

    @Test
    void everyMessagePublishedThreeTimesChangesNothing(TestSystem system) throws InterruptedException {
        try (Republisher republisher = Republisher.start(system.redisClient())) {
            List<Order> accepted = system.place(system.randomOrders("thrice", 5_000), FULL_SPEED)
                    .await();
            republisher.awaitCopies(accepted.size());
            system.awaitLocksExpired();
            republisher.publishAllAgain();
            republisher.awaitCopies(2 * accepted.size());

            system.assertEachSettledOnce(accepted);
        }
    }
}
