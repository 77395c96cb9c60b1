package io.github.exactlyonce.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exactlyonce.testbed.load.Load;
import io.github.exactlyonce.testbed.system.ServiceProcess;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Something breaks while orders come in, and they come in all the while. */
@ExtendWith(SharedSystem.class)
class FaultsIT {

    private static final int ORDERS_PER_SECOND = 200;

    @Test
    void oneReplicaIsKilledMidRunAndComesBack(TestSystem system) throws InterruptedException {
        Load load = system.place(system.randomOrders("killed"), ORDERS_PER_SECOND);
        awaitAccepted(load, 500);

        system.replica(2).kill();
        awaitAccepted(load, 1_000);
        system.replica(2).start();
        awaitReady(system.replica(2));
        awaitAccepted(load, load.accepted() + 300);

        system.assertEachSettledOnce(load.finish());
    }

    @Test
    void oneReplicaIsPausedForLongerThanTheLockLives(TestSystem system) throws InterruptedException {
        Load load = system.place(system.randomOrders("paused"), ORDERS_PER_SECOND);
        awaitAccepted(load, 500);

        system.replica(2).pause();
        awaitAccepted(load, 1_500);
        var accepted = load.finish();
        system.awaitLocksExpired();
        system.replica(2).resume();

        system.assertEachSettledOnce(accepted);
    }

    @Test
    void allReplicasAreGoneForThreeSeconds(TestSystem system) throws InterruptedException {
        Load load = system.place(system.randomOrders("all-gone"), ORDERS_PER_SECOND);
        awaitAccepted(load, 500);

        system.replicas().forEach(ServiceProcess::kill);
        int atKill = load.accepted();
        await().pollDelay(Duration.ofSeconds(3))
                .atMost(TestSystem.PATIENCE)
                .until(() -> load.accepted() > atKill + 2 * ORDERS_PER_SECOND);
        system.replicas().forEach(ServiceProcess::start);
        system.replicas().forEach(FaultsIT::awaitReady);
        awaitAccepted(load, load.accepted() + 300);

        system.assertEachSettledOnce(load.finish());
    }

    @Test
    void redisIsKilledAndComesBackWithItsAppendOnlyFile(TestSystem system) throws InterruptedException {
        Load load = system.place(system.randomOrders("redis-killed"), ORDERS_PER_SECOND);
        awaitAccepted(load, 500);

        int repeatsBefore = system.repeats();
        system.killRedis();
        await("clients are turned away").atMost(TestSystem.PATIENCE).until(() -> system.repeats() > repeatsBefore);
        system.startRedis();
        awaitAccepted(load, load.accepted() + 500);

        system.assertEachSettledOnce(load.finish());
    }

    private static void awaitAccepted(Load load, int orders) {
        await(orders + " accepted orders")
                .atMost(TestSystem.PATIENCE)
                .until(() -> load.accepted() >= orders || load.isDone());
        assertThat(load.isDone()).as("no client gave up").isFalse();
    }

    private static void awaitReady(ServiceProcess replica) {
        replica.waitUntilReady(TestSystem.START_LIMIT);
    }
}
