package io.github.exactlyonce.testbed;

import static io.github.exactlyonce.testbed.load.Load.FULL_SPEED;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The lock saves work. It is not what makes an effect happen once. */
@ExtendWith(SharedSystem.class)
class WithoutTheLockIT {

    private static final int ORDERS = 5_000;

    @Test
    @ReplicaSettings("INVENTORY_LOCK_ENABLED=false")
    void everyReplicaCommitsEveryOrderAndOneCounts(TestSystem system) throws InterruptedException {
        system.assertEachSettledOnce(
                system.place(system.randomOrders("no-lock", ORDERS), FULL_SPEED).await());
    }

    @Test
    @ReplicaSettings("INVENTORY_LOCK_TTL=1ms")
    void aLockThatExpiresBeforeTheWorkIsDoneDoesNoHarm(TestSystem system) throws InterruptedException {
        system.assertEachSettledOnce(system.place(system.randomOrders("short-lock", ORDERS), FULL_SPEED)
                .await());
    }
}
