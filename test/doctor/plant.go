// A Go program with mistakes, in the network namespace that it is started in: `plant COUNT`, or `plant COUNT mended`, which heeds
// what the doctor says. It prints "ready" when the mistakes are there, and ends with its standard input.
package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"
)

var (
	count  int
	mended bool
	// What is not held, Go closes when it collects garbage.
	held = make(chan any, 10000)
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func serve(port int, handle func(net.Conn)) {
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	must(err)
	held <- listener
	if handle == nil {
		return
	}
	go func() {
		for {
			conn, err := listener.Accept()
			must(err)
			go handle(conn)
		}
	}()
}

func ask(port int, text string) {
	for n := 0; n < count; n++ {
		conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		must(err)
		conn.Write([]byte(text))
		time.Sleep(10 * time.Millisecond)
		conn.Close()
	}
}

// The end was read; Close is forgotten.
func notClosed(conn net.Conn) {
	if mended {
		defer conn.Close()
	}
	io.Copy(io.Discard, conn)
	held <- conn
}

// A message was read, and nobody reads on.
func endUnread(conn net.Conn) {
	io.ReadFull(conn, make([]byte, 5))
	if mended {
		io.Copy(io.Discard, conn)
		conn.Close()
	}
	held <- conn
}

// Nobody reads at all.
func dataUnread(conn net.Conn) {
	if mended {
		conn.SetReadDeadline(time.Now().Add(time.Second))
		io.Copy(io.Discard, conn)
		conn.Close()
	}
	held <- conn
}

// Answers whose bodies nobody reads, on connections that the server closes.
func bodies(port int) {
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	must(err)
	body := bytes.Repeat([]byte("x"), 60000)
	go http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Connection", "close")
		w.Write(body)
	}))
	for n := 0; n < count; n++ {
		response, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d/", port))
		must(err)
		if mended {
			io.Copy(io.Discard, response.Body)
			response.Body.Close()
		}
		held <- response
	}
}

func main() {
	count, _ = strconv.Atoi(os.Args[1])
	mended = len(os.Args) > 2
	serve(8121, notClosed)
	serve(8122, endUnread)
	serve(8123, dataUnread)
	ask(8121, "hello")
	ask(8122, "hello")
	ask(8123, "hello")
	bodies(8124)
	if !mended {
		// Go takes net.core.somaxconn for the backlog: it is small here, and nobody accepts.
		must(os.WriteFile("/proc/sys/net/core/somaxconn", []byte("2"), 0))
		serve(8125, nil)
		for n := 0; n < 6; n++ {
			go net.DialTimeout("tcp", "127.0.0.1:8125", time.Minute)
		}
		time.Sleep(300 * time.Millisecond)
	}
	fmt.Println("ready")
	io.Copy(io.Discard, os.Stdin)
}
