// SPDX-License-Identifier: Apache-2.0
// Look-ups by Go's own resolver, one after the other: dns_client COUNT NAME…, for IPv4 alone.
package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"strconv"
)

func main() {
	count, _ := strconv.Atoi(os.Args[1])
	input := bufio.NewReader(os.Stdin)
	fmt.Println("waiting")
	input.ReadString('\n')
	resolver := &net.Resolver{PreferGo: true}
	found, missing := 0, 0
	for i := 0; i < count; i++ {
		for _, name := range os.Args[2:] {
			if _, err := resolver.LookupIP(context.Background(), "ip4", name); err == nil {
				found++
			} else {
				missing++
			}
		}
	}
	fmt.Println(found, missing)
	input.ReadString('\n')
}
