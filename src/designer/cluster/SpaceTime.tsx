import { memo, useEffect, useRef, useState, type KeyboardEvent, type PointerEvent, type WheelEvent } from 'react'
import { watchTheme } from '../source/themeColours.ts'
import { cluster as t } from '../text/cluster.ts'
import type { ClusterRun } from './clusterRun.ts'
import { choose, clusterView, pan, seek, stepEvent, useCluster, watchFrames, watchTellings, zoom } from './clusterStore.ts'
import { resolveColours, type ThemeColours } from './colours.ts'
import { MessageLayer } from './messageLayer.ts'
import { Kept, paint } from './paintSpaceTime.ts'
import { firstAfter } from './recording.ts'
import { countIn, hitAt, pictureOf, secondsText, timeAt, type Hit, type Picture } from './spaceTime.ts'
import styles from './spaceTime.module.css'

/** The space-time diagram: a canvas painted with every frame of the run; pointer and keys zoom, pan, point and choose. */
export const SpaceTime = memo(function SpaceTime() {
  const box = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const hovered = useRef<Hit | null>(null)
  const colours = useRef<ThemeColours | null>(null)
  const picture = useRef<Picture | null>(null)
  const drag = useRef<{ x: number; moved: boolean; seeks: boolean } | null>(null)
  const repaint = useRef<() => void>(() => {})
  const [every, setEvery] = useState(1)
  const [without, setWithout] = useState(0)
  const { run, window, filter } = useCluster()

  useEffect(() => {
    const element = canvas.current!
    const context = element.getContext('2d', { alpha: false })!
    let kept = new Kept(new MessageLayer())
    let [width, height] = [0, 0]
    let underWay = 0
    const draw = (): void => {
      if (width === 0) return
      const { run: of, window: shown, filter: chosenFilter, chosen } = clusterView()
      const { world } = of.recording
      colours.current ??= resolveColours()
      picture.current = pictureOf(world.nodes, world.servers + world.observers, shown, width, height, world.kinds)
      const { violation } = of.head
      const drawn = paint(context, {
        recording: of.recording,
        picture: picture.current,
        filter: chosenFilter,
        colours: colours.current,
        time: of.time,
        end: of.end,
        hovered: hovered.current,
        chosen,
        violation: violation === null ? null : { time: violation.time, node: violation.node, name: violation.invariant },
        ratio: devicePixelRatio,
      }, kept)
      underWay = drawn.underWay
      setEvery(drawn.every)
      setWithout(picture.current.without)
    }
    repaint.current = draw
    const observer = new ResizeObserver(([entry]) => {
      ;({ width, height } = entry!.contentRect)
      element.width = Math.round(width * devicePixelRatio)
      element.height = Math.round(height * devicePixelRatio)
      draw()
    })
    observer.observe(box.current!)
    const unwatchTheme = watchTheme(() => {
      colours.current = null
      draw()
    })
    const unwatch = watchFrames(draw)
    const unwatchTellings = watchTellings(() => (element.dataset.underWay = String(underWay)))
    // Fonts arrive after the first picture, and what was kept of it is in others.
    void document.fonts?.ready.then(() => {
      kept = new Kept(new MessageLayer())
      draw()
    })
    return () => {
      observer.disconnect()
      unwatchTheme()
      unwatch()
      unwatchTellings()
    }
  }, [])

  const at = (event: PointerEvent | WheelEvent): readonly [number, number] => {
    const { left, top } = canvas.current!.getBoundingClientRect()
    return [event.clientX - left, event.clientY - top]
  }

  const find = (x: number, y: number): Hit | null => {
    const view = clusterView()
    return picture.current === null ? null : hitAt(view.run.recording, picture.current, view.filter, view.run.time, x, y)
  }

  const onPointerDown = (event: PointerEvent<HTMLCanvasElement>): void => {
    if (event.button !== 0 || picture.current === null) return
    const [x, y] = at(event)
    event.currentTarget.setPointerCapture(event.pointerId)
    drag.current = { x, moved: false, seeks: y > picture.current.bottom - 4 }
    if (drag.current.seeks) seek(timeAt(picture.current, x))
  }

  const onPointerMove = (event: PointerEvent<HTMLCanvasElement>): void => {
    const [x, y] = at(event)
    const held = drag.current
    if (held !== null && picture.current !== null) {
      if (held.seeks) seek(timeAt(picture.current, x))
      else if (held.moved || Math.abs(x - held.x) > 4) {
        held.moved = true
        pan(timeAt(picture.current, held.x) - timeAt(picture.current, x))
        held.x = x
      }
      return
    }
    const hit = find(x, y)
    if (sameHit(hit, hovered.current)) return
    hovered.current = hit
    event.currentTarget.style.cursor = hit === null ? 'default' : 'pointer'
    repaint.current()
  }

  const onPointerUp = (event: PointerEvent<HTMLCanvasElement>): void => {
    const held = drag.current
    drag.current = null
    if (held === null || held.moved || held.seeks) return
    choose(find(...at(event)))
  }

  const onKeyDown = (event: KeyboardEvent): void => {
    const view = clusterView()
    const span = view.window.to - view.window.from
    switch (event.key) {
      case 'ArrowRight':
        if (event.shiftKey) pan(span / 10)
        else stepEvent(1)
        break
      case 'ArrowLeft':
        if (event.shiftKey) pan(-span / 10)
        else stepEvent(-1)
        break
      case '+':
      case '=':
        zoom(0.7, view.run.time)
        break
      case '-':
        zoom(1 / 0.7, view.run.time)
        break
      case 'Home':
        seek(0)
        break
      case 'End':
        seek(Number.POSITIVE_INFINITY)
        break
      case 'Escape':
        choose(null)
        break
      default:
        return
    }
    event.preventDefault()
    event.stopPropagation()
  }

  // A wheel zooms about the pointer; sideways, or with Shift, it pans.
  useEffect(() => {
    const element = canvas.current!
    const onWheel = (event: globalThis.WheelEvent): void => {
      if (picture.current === null) return
      event.preventDefault()
      const { window: shown } = clusterView()
      const { left } = element.getBoundingClientRect()
      const sideways = event.shiftKey ? event.deltaY : event.deltaX
      if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) pan(((shown.to - shown.from) * sideways) / 1000)
      else zoom(Math.exp(Math.max(-80, Math.min(80, event.deltaY)) / 300), timeAt(picture.current, event.clientX - left))
    }
    element.addEventListener('wheel', onWheel, { passive: false })
    return () => element.removeEventListener('wheel', onWheel)
  }, [])

  const span = window.to - window.from
  const count = countIn(run.recording, window, filter)
  return (
    <div className={styles.box} ref={box}>
      <canvas
        ref={canvas}
        className={styles.canvas}
        role="slider"
        tabIndex={0}
        aria-label={t.spaceTimeLabel(secondsText(Math.max(0, window.from), span), secondsText(window.to, span), count)}
        aria-valuemin={0}
        aria-valuemax={Math.round(run.end / 1000)}
        aria-valuenow={Math.round(run.time / 1000)}
        aria-valuetext={t.placeText((run.time / 1e6).toFixed(3), lastNote(run))}
        data-space-time=""
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerLeave={() => {
          if (hovered.current === null) return
          hovered.current = null
          repaint.current()
        }}
        onKeyDown={onKeyDown}
      />
      {without > 0 ? <span className={styles.without}>{t.withoutLane(without)}</span> : null}
      {every > 1 ? <span className={styles.thinned}>{t.everyNth(every)}</span> : null}
    </div>
  )
})

/** The latest sentence of the protocol at the place. */
function lastNote({ recording, world }: ClusterRun): string {
  const { notes } = recording
  const after = firstAfter(notes, world.events + 1, (note) => note.event)
  const note = notes[after - 1]
  return note === undefined ? '' : `${recording.world.names[note.node] ?? t.ensemble} ${note.text}`
}

function sameHit(a: Hit | null, b: Hit | null): boolean {
  if (a === null || b === null) return a === b
  if (a.kind === 'message' && b.kind === 'message') return a.message === b.message
  if (a.kind === 'write' && b.kind === 'write') return a.write === b.write
  return a.kind === 'applied' && b.kind === 'applied' && a.applied === b.applied
}
