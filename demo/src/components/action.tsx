import { type ReactElement, type ReactNode, useId } from 'react'

interface ActionProps {
  /** The button's name, exactly. */
  readonly name: string
  readonly look: 'primary' | 'quiet'
  readonly onPress: () => Promise<void>
  /** One line on what the button shows. */
  readonly children: ReactNode
}

/** A button and what it shows. */
export const Action = ({ name, look, onPress, children }: ActionProps): ReactElement => {
  const explanation = useId()
  return (
    <li className="action">
      <button
        type="button"
        className={look === 'primary' ? 'button primary' : 'button'}
        aria-describedby={explanation}
        onClick={() => void onPress()}
      >
        {name}
      </button>
      <p id={explanation}>{children}</p>
    </li>
  )
}
